// The messages, newest first.

import { byId, h } from './dom.js';
import { inEachLanguage, languageTag, t } from './language.js';
import { digits, isSame } from './numbers.js';
import { fillIn, suggest, withdraw } from './phone.js';

const list = byId('inbox');
let messages = [];
let logins = [];

const codeOf = (text) => text.match(/(?<!\d)\d{6}(?!\d)/)?.[0];

const isUsed = ({ to, code }) => logins.some((login) => isSame(to, login.phoneNumber) && code === digits(login.verifyCode));

/** Whether the code may still work: it is its number's newest, and nobody has logged in with it. */
const isLive = (message) =>
  message.code && !isUsed(message) && messages.findLast(({ to }) => to === message.to) === message;

function view(message) {
  const { carrier, to, text, at, code } = message;
  const [before, after] = code ? text.split(code) : [text, ''];
  const time = new Date(at).toLocaleTimeString(languageTag(), { hour12: false });
  message.item = h('li', {},
    h('p', { class: 'meta' }, h('span', {}, t('to', { number: to, carrier: t(`carrier_${carrier}`) })), h('time', { datetime: at }, time)),
    h('p', { class: 'bubble', lang: /\p{Script=Han}/u.test(text) ? 'zh-Hans' : 'en' }, before, code ? h('strong', {}, code) : '', after),
    isLive(message) ? h('button', { type: 'button', class: 'small', 'aria-label': `${t('use')} ${code}`, onclick: () => fillIn(message) }, t('use')) : null);
  return message.item;
}

function draw() {
  list.replaceChildren(...messages.toReversed().map(view));
  byId('inbox-empty').hidden = messages.length > 0;
}

/** Removes the offer of a code that no longer works. */
function redraw(message) {
  message.item.replaceWith(view(message));
  if (!isLive(message)) withdraw(message);
}

/** The stream starts again and repeats all events. */
export function clearInbox() {
  messages = [];
  logins = [];
  draw();
}

/** A message was sent. */
export function deliver({ carrier, to, text, at }) {
  const before = messages.findLast((message) => message.to === to);
  const message = { carrier, to, text, at, code: codeOf(text) };
  messages.push(message);
  list.prepend(view(message));
  byId('inbox-empty').hidden = true;
  if (before) redraw(before);
  if (isLive(message)) suggest(message);
}

/** A request was answered: a login uses up its code. */
export function useUp({ path, status, request }) {
  if (path !== '/login' || status !== 200) return;
  logins.push(request);
  messages.filter(isUsed).forEach(redraw);
}

/** Draws the inbox in each language. */
export const startInbox = () => inEachLanguage(draw);
