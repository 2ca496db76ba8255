// Creates elements without HTML strings, so that request data is only ever text.

export const byId = (id) => document.getElementById(id);

/** An element with its attributes, listeners (`onclick`) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

/** Shortens a long identifier; the title has all of it. */
export function short(text, keep = 24) {
  if (text.length <= keep + 8) return h('span', {}, text);
  return h('span', { title: text }, `${text.slice(0, keep - 6)}…${text.slice(-6)}`);
}
