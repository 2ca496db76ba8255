// The timeline: a card for each request, newest first and open.

import { byId, h } from './dom.js';
import { jsonView } from './json.js';
import { inEachLanguage, languageTag, t } from './language.js';
import { milliseconds, stepsView } from './steps.js';
import { tablesView } from './tables.js';

const KEPT = 50;
const list = byId('exchanges');
let exchanges = [];

/** A body; nothing if it is absent. */
const codeBlock = (title, value) => value === '' ? null :
  h('div', {}, h('h3', {}, title), h('pre', { tabindex: '0', 'aria-label': title }, jsonView(value)));

function view(exchange, before, isOpen) {
  const { method, path, status, answer, at } = exchange;
  const isFine = status < 400;
  const body = h('div', { class: 'inside' });
  const fill = () => body.replaceChildren(
    h('h3', {}, t('steps')), stepsView(exchange),
    h('div', { class: 'bodies' }, codeBlock(t('request'), exchange.request), codeBlock(t('answer'), answer)),
    h('h3', {}, t('tables')), exchange.tables
      ? h('div', { class: 'tables' }, tablesView(exchange.tables, before?.tables))
      : h('p', { class: 'quiet' }, t('crowded')));
    // A closed card is filled when it is opened, since drawing fifty cards with their tables would be slow.
  const card = h('details', { open: isOpen, ontoggle: () => card.open && body.childElementCount === 0 && fill() },
    h('summary', {},
      h('span', { class: `status ${isFine ? 'fine' : 'bad'}` }, String(status)),
      h('span', { class: 'path' }, h('b', {}, method), ' ', path),
      h('span', { class: 'summed' }, isFine ? '' : answer?.code ?? ''),
      h('span', { class: 'took' }, milliseconds(exchange.milliseconds)),
      h('time', { datetime: at }, new Date(at).toLocaleTimeString(languageTag(), { hour12: false }))),
    body);
  if (isOpen) fill();
  return h('li', {}, card);
}

function draw() {
  const cards = exchanges.map((exchange, place) => view(exchange, exchanges[place - 1], place === exchanges.length - 1));
  list.replaceChildren(...cards.reverse());
  byId('timeline-empty').hidden = exchanges.length > 0;
}

/** The stream starts again and repeats all events. */
export function clearExchanges() {
  exchanges = [];
  draw();
}

/** A request was answered. */
export function addExchange(exchange) {
  const before = exchanges.at(-1);
  exchanges.push(exchange);
  if (exchanges.length > KEPT) exchanges.shift();
  for (const card of list.querySelectorAll('details[open]')) card.open = false;
  list.prepend(view(exchange, before, true));
  if (list.childElementCount > KEPT) list.lastElementChild.remove();
  byId('timeline-empty').hidden = true;
}

/** Draws the timeline in each language. */
export const startExchanges = () => inEachLanguage(draw);
