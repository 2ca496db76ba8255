// The content of the token.

import { h, short } from './dom.js';
import { hasText, languageTag, t } from './language.js';

const decode = (part) => {
  const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
};

const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString(languageTag(), { dateStyle: 'medium', timeStyle: 'short' });

/** The claims, the most useful first, with their names in the token beside them. */
export function tokenView(token) {
  const [header, payload] = token.split('.').slice(0, 2).map(decode);
  const { sub, openid, exp, iat, ...rest } = payload;
  const claims = Object.entries({ sub, openid, exp, iat, ...rest, alg: header.alg, kid: header.kid });
  const row = ([name, value]) =>
    h('div', {},
      h('dt', {}, hasText(`claim_${name}`) ? t(`claim_${name}`) : name, ' ', h('code', {}, name)),
      h('dd', {}, name === 'exp' || name === 'iat' ? moment(value) : short(String(value), 22)));
  return [
    h('p', { class: 'quiet' }, t('tokenHint')),
    h('dl', { class: 'claims' }, claims.map(row)),
    h('details', { class: 'whole' }, h('summary', {}, t('token')), h('code', { class: 'raw' }, token)),
  ];
}
