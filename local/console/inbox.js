// The messages that were sent, the newest on top.

import { byId, h } from './dom.js';
import { inEachLanguage, languageTag, t } from './language.js';
import { fillIn, suggest } from './phone.js';

const list = byId('inbox');
let messages = [];

const codeOf = (text) => text.match(/(?<!\d)\d{6}(?!\d)/)?.[0];

function view({ to, text, at }) {
  const code = codeOf(text);
  const [before, after] = code ? text.split(code) : [text, ''];
  const time = new Date(at).toLocaleTimeString(languageTag(), { hour12: false });
  return h('li', {},
    h('p', { class: 'meta' }, h('span', {}, t('to', { number: to })), h('time', { datetime: at }, time)),
    h('p', { class: 'bubble', lang: /\p{Script=Han}/u.test(text) ? 'zh-Hans' : 'en' }, before, code ? h('strong', {}, code) : '', after),
    code && h('button', { type: 'button', class: 'small', 'aria-label': `${t('use')} ${code}`, onclick: () => fillIn(code) }, t('use')));
}

function draw() {
  list.replaceChildren(...messages.toReversed().map(view));
  byId('inbox-empty').hidden = messages.length > 0;
}

/** The stream begins: everything will be told again. */
export function clearInbox() {
  messages = [];
  draw();
}

/** A message was sent. */
export function deliver(message) {
  messages.push(message);
  list.prepend(view(message));
  byId('inbox-empty').hidden = true;
  suggest({ to: message.to, code: codeOf(message.text) });
}

/** Draws the inbox in each language. */
export const startInbox = () => inEachLanguage(draw);
