// One call of the API description: its request, answer and problems.

import { h } from './dom.js';
import { jsonView } from './json.js';
import { t } from './language.js';

/** The calls of a login in order, then the calls after it, then the documents that verify tokens. */
const FLOW = ['/send-code', '/exchange-code', '/login', '/renew', '/account', '/logout'];
function place(path) {
  if (path.startsWith('/.well-known/')) return FLOW.length + 1;
  return FLOW.includes(path) ? FLOW.indexOf(path) : FLOW.length;
}

/** The calls of a description, in the order of the flow; DELETE comes last on a path. */
export function callsOf(paths) {
  const inFlow = Object.entries(paths).sort(([one], [other]) => place(one) - place(other));
  return inFlow.flatMap(([path, methods]) =>
    Object.entries(methods).sort(([one], [other]) => other.localeCompare(one)).map(([method, call]) => ({ path, method: method.toUpperCase(), ...call })));
}

/** The target of a `$ref`. */
const resolve = (part, description) =>
  part?.$ref ? part.$ref.split('/').slice(1).reduce((at, name) => at[name], description) : part;

/** Shows a description's `code` as code. */
export const prose = (text) => text.split('`').map((part, place) => (place % 2 ? h('code', {}, part) : part));

/** The members in order: required ones first, as the description lists them. */
function inOrder(schema, members) {
  const names = new Set([...(schema.required ?? []), ...Object.keys(members)]);
  return [...names].filter((name) => name in members).map((name) => [name, members[name]]);
}

function fieldsView(schema) {
  const row = ([name, field]) => h('tr', {},
    h('th', { scope: 'row' }, h('code', {}, name)),
    h('td', {}, h('code', {}, [field.type ?? ''].flat().join(' | ')), ' ',
      h('span', { class: 'quiet' }, t(schema.required?.includes(name) ? 'required' : 'optional'))),
    h('td', { lang: 'en' }, prose(field.description ?? '')));
  return h('div', { class: 'wide', tabindex: '0' }, h('table', { class: 'fields' }, h('tbody', {}, inOrder(schema, schema.properties).map(row))));
}

const example = (title, value) =>
  h('div', {}, h('h4', {}, title), h('pre', { tabindex: '0', 'aria-label': title }, jsonView(value)));

function bodyView(title, content, description) {
  const schema = resolve(content.schema, description);
  return h('section', { class: 'part' }, h('h3', {}, title),
    h('div', { class: 'beside' }, fieldsView(schema), example(t('example'), Object.fromEntries(inOrder(schema, content.example)))));
}

function headersView(headers, description) {
  return h('ul', { class: 'headers' }, Object.entries(headers).map(([name, header]) =>
    h('li', { lang: 'en' }, h('code', {}, name), ' ', prose(resolve(header, description).description))));
}

/** The names of a problem's further members and headers. */
function extras(status, value) {
  if ('retryAfter' in value) return ['retryAfter', 'Retry-After'];
  if ('attemptsLeft' in value) return ['attemptsLeft'];
  if (value.code.startsWith('token_')) return ['WWW-Authenticate'];
  return status === '405' ? ['Allow'] : [];
}

function problemRows([status, response]) {
  const { examples } = response.content['application/problem+json'];
  return Object.entries(examples).map(([code, { summary, value }]) => h('tr', {},
    h('td', {}, h('span', { class: 'status bad' }, status)),
    h('th', { scope: 'row' }, h('code', {}, code)),
    h('td', {}, h('span', { lang: 'zh-Hans' }, value.detail), h('br'), h('span', { class: 'quiet', lang: 'en' }, summary)),
    h('td', {}, extras(status, value).flatMap((name, place) => [place ? ', ' : '', h('code', {}, name)]))));
}

/** A whole call. */
export function callView(call, description) {
  const { '200': answered, '204': silent, ...refused } = call.responses;
  const answer = answered?.content['application/json'];
  const request = call.requestBody?.content['application/json'];
  const heads = ['status', 'code', 'says'].map((name) => h('th', { scope: 'col' }, name === 'code' ? h('code', {}, 'code') : t(name)));
  return h('article', { class: 'card', id: call.operationId },
    h('header', {}, h('h2', {}, h('code', {}, h('b', {}, call.method), ' ', call.path)), h('p', { class: 'quiet', lang: 'en' }, prose(call.summary))),
    request ? bodyView(t('body'), request, description) : null,
    call.security ? h('section', { class: 'part' }, h('p', {}, h('code', {}, 'Authorization: Bearer …'), ' ', h('span', { class: 'quiet' }, t('required')))) : null,
    answer
      ? bodyView(`${t('answer')} 200`, answer, description)
      : h('section', { class: 'part' }, h('h3', {}, `${t('answer')} 204`)),
    h('section', { class: 'part' }, h('h3', {}, t('headers')), headersView((answered ?? silent).headers, description)),
    h('section', { class: 'part' }, h('h3', {}, t('refusals')),
      h('div', { class: 'wide', tabindex: '0' },
        h('table', { class: 'problems' }, h('thead', {}, h('tr', {}, heads, h('td', {}))), h('tbody', {}, Object.entries(refused).flatMap(problemRows))))));
}
