// The tables' items after a request, with its changes marked.

import { h, short } from './dom.js';
import { hasText, languageTag, t } from './language.js';

/** DynamoDB's JSON without its types. */
function plain(attribute) {
  const [[type, value]] = Object.entries(attribute);
  if (type === 'L') return value.map(plain);
  if (type === 'M') return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plain(of)]));
  return type === 'NULL' ? null : value;
}

/** Attributes that are times, in Unix seconds. */
const MOMENTS = ['created_at', 'ended_at', 'expires', 'proved_at', 'sent_at', 'ttl'];

function valueView(value, name) {
  if (Array.isArray(value)) {
    return value.length === 0 ? ['[]'] : [h('ol', { class: 'list' }, value.map((of) => h('li', {}, valueView(of))))];
  }
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).sort().reverse().map(([part, of]) => h('span', { class: 'pair' }, `${part} `, ...valueView(of)));
  }
  if (!MOMENTS.includes(name)) return [short(String(value))];
  const moment = new Date(Number(value) * 1000).toLocaleString(languageTag(), { dateStyle: 'short', timeStyle: 'medium' });
  return [`${value} `, h('small', {}, moment)];
}

/** The attempts on a code; the one that equals the code succeeded. */
function attemptsView(attempts, code) {
  if (attempts.length === 0) return ['[]'];
  const view = (attempt) => h('li', {}, valueView(attempt), attempt.guess === code ? h('b', { class: 'fine' }, t('match')) : null);
  return [h('ol', { class: 'list' }, attempts.map(view))];
}

const key = (item) => item.pk.S;

/** The members of a map have no order. */
const inOrder = (_, value) =>
  (value === null || typeof value !== 'object' || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort()));
const isSame = (one, other) => JSON.stringify(one, inOrder) === JSON.stringify(other, inOrder);

function itemView(item, before) {
  const was = before?.find((other) => key(other) === key(item));
  const isFresh = before !== undefined && was === undefined;
  const changed = (name) => was !== undefined && !isSame(was[name], item[name]);
  const names = Object.keys({ ...was, ...item }).filter((name) => name !== 'pk').sort();
    // The `was_…` attributes, which an undo restores, are shown only when they change.
  const shown = names.filter((name) => !name.startsWith('was_') || changed(name));
  const view = (name) => {
    if (!(name in item)) return [h('small', {}, t('gone'))];
    return name === 'attempts' ? attemptsView(plain(item.attempts), plain(item.code)) : valueView(plain(item[name]), name);
  };
  const mark = isFresh ? t('fresh') : names.some(changed) ? t('changed') : undefined;
  return h('li', { class: isFresh ? 'fresh' : '' },
    h('p', { class: 'key' }, h('code', {}, short(key(item), 40)), mark && h('span', { class: 'badge fresh' }, mark)),
    h('dl', {}, shown.map((name) => h('div', { class: changed(name) ? 'changed' : '' }, h('dt', {}, name), h('dd', {}, view(name))))));
}

/** Deleted items. Unknown if the table is longer than the items shown, since other items take their places. */
function goneView(items, before) {
  if (!before || items.length >= before.length) return [];
  const keys = items.map(key);
  return before.filter((item) => !keys.includes(key(item))).map((item) => h('li', { class: 'gone' },
    h('p', { class: 'key' }, h('code', {}, short(key(item), 40)), h('span', { class: 'badge' }, t('gone')))));
}

/** Both tables; `before` is their state after the last request. */
export function tablesView(tables, before) {
  return tables.map(({ name, items }) => {
    const then = before?.find((table) => table.name === name)?.items ?? (before ? [] : undefined);
    return h('div', { class: 'table' },
      h('h4', {}, h('code', {}, name), ' ', h('small', {}, items.length ? t('items', { n: items.length }) : t('emptyTable'))),
      hasText(`table_${name}`) ? h('p', { class: 'quiet' }, t(`table_${name}`)) : null,
      h('ul', {}, items.map((item) => itemView(item, then)), goneView(items, then)));
  });
}
