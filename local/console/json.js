// JSON to look at.

import { h, short } from './dom.js';

/** A value as indented JSON, long strings shortened. */
export function jsonView(value, indent = '') {
  if (typeof value === 'string') return [h('span', { class: 'string' }, '"', short(value, 32), '"')];
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
