// Shows JSON.

import { h, short } from './dom.js';

/** Readable texts stay whole; tickets and tokens are shortened. */
const stringView = (text) => (/\s|[^\x20-\x7e]/.test(text) ? text : short(text, 32));

/** A body: JSON with its members in the order of sending, or text. */
export function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** A value as indented JSON. */
export function jsonView(value, indent = '') {
  if (typeof value === 'string') return [h('span', { class: 'string' }, '"', stringView(value), '"')];
  if (value === null || typeof value !== 'object') return [h('span', { class: 'number' }, String(value))];
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [start, end] = isList ? '[]' : '{}';
  if (entries.length === 0) return [start + end];
  const deeper = `${indent}  `;
  const lines = entries.flatMap(([name, of], place) => [
    `${place ? ',' : ''}\n${deeper}`,
    isList ? '' : h('span', { class: 'name' }, `"${name}"`),
    isList ? '' : ': ',
    ...jsonView(of, deeper),
  ]);
  return [start, ...lines, `\n${indent}${end}`];
}
