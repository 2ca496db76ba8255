// Elements without markup in strings: what comes from a request is only ever text.

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

/** A long identifier, shortened to the eye; its whole is in the title. */
export function short(text, keep = 24) {
  if (text.length <= keep + 8) return h('span', {}, text);
  return h('span', { title: text }, `${text.slice(0, keep - 6)}…${text.slice(-6)}`);
}
