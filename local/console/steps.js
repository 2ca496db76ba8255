// The steps of a request, with their milliseconds as bars on one scale.

import { h, short } from './dom.js';
import { t } from './language.js';

const milliseconds = (n) => t('ms', { n: n < 10 ? n.toFixed(1) : Math.round(n) });

/** Whether an item is a counter; `undefined` where the tables are not known. */
function isCounter(about, tables) {
  const items = tables?.flatMap(({ name, items }) => items.filter(({ pk }) => `${name} ${pk.S}` === about));
  return items?.[0] && 'count' in items[0];
}

/** A second write to an item undoes the first. The counters are written together, then the number's item. */
function sendPurpose(step, writes, tables) {
  const ofItem = writes.filter(({ about }) => about === step.about);
  if (ofItem.some(({ error, ended }) => error === null && ended !== null && ended <= step.began)) return 'step_sendUndo';
  const counts = isCounter(step.about, tables);
  if (counts !== undefined) return counts ? 'step_sendCount' : 'step_sendCode';
  const isAlone = ofItem.length === writes.length;
  const firstEnd = Math.min(...writes.map(({ ended }) => ended ?? Infinity));
  return !isAlone && ofItem[0].began < firstEnd ? 'step_sendCount' : 'step_sendCode';
}

/** The purpose of each operation of a `login` call. */
const OF_LOGIN = {
  'POST /login': { BatchGetItem: 'step_find', GetItem: 'step_find', UpdateItem: 'step_check', TransactWriteItems: 'step_account' },
  'POST /renew': { GetItem: 'step_person' },
  'GET /account': { BatchGetItem: 'step_session' },
  'POST /logout': { UpdateItem: 'step_logOut', GetItem: 'step_openids', TransactWriteItems: 'step_logOutAll' },
  'DELETE /account': { BatchGetItem: 'step_session', TransactWriteItems: 'step_delete' },
};

const OF_WECHAT = { code2Session: 'step_wechat', getStableAccessToken: 'step_token', getPhoneNumber: 'step_number' };

/** The purpose of a step (see each function’s lib.rs). */
function purpose({ method, path, steps, tables }, step) {
  if (step.service === 'WeChat') return t(OF_WECHAT[step.operation]);
  if (['SNS', 'Tencent', 'Aliyun'].includes(step.service)) return t('step_sms');
  const ofLogin = OF_LOGIN[`${method} ${path}`];
  if (ofLogin) return ofLogin[step.operation] ? t(ofLogin[step.operation]) : '';
  if (!path.endsWith('/send-code')) return '';
  return t(sendPurpose(step, steps.filter(({ operation }) => operation === 'UpdateItem'), tables));
}

function outcome({ ended, error }) {
  if (ended === null) return h('span', { class: 'bad' }, t('noAnswer'));
  if (error === null) return h('span', { class: 'fine' }, t('ok'));
  return h('span', { class: 'bad' }, error === 'ConditionalCheckFailedException' ? t('conditionFailed') : error);
}

function bar(began, ended, whole, kind) {
  const drawn = h('span', { class: `drawn ${kind}` });
    // Set through the DOM: the page's policy forbids style attributes.
  drawn.style.setProperty('--from', `${(100 * began) / whole}%`);
  drawn.style.setProperty('--long', `${(100 * (ended - began)) / whole}%`);
  return h('span', { class: 'track', 'aria-hidden': 'true' }, drawn);
}

/** The function's own bar, and a row for each step. */
export function stepsView(exchange) {
  const { milliseconds: whole, steps } = exchange;
  const rows = steps.map((step) => {
    const ended = step.ended ?? whole;
    return h('li', { class: step.service.toLowerCase() },
      h('span', { class: 'what' },
        h('span', { class: 'call' }, h('b', {}, step.service), ' ', step.operation), ' ', outcome(step),
        h('span', { class: 'purpose' }, purpose(exchange, step)),
        h('code', { class: 'about' }, step.about.split(', ').map((about) => h('span', {}, short(about, 30))))),
      bar(step.began, ended, whole, step.error || step.ended === null ? 'failed' : ''),
      h('span', { class: 'took' }, milliseconds(ended - step.began)));
  });
  const own = h('li', { class: 'function' },
    h('span', { class: 'what' }, t('whole')), bar(0, whole, whole, ''), h('span', { class: 'took' }, milliseconds(whole)));
  return h('ol', { class: 'steps' }, own, rows, rows.length === 0 ? h('li', { class: 'none' }, t('noSteps')) : null);
}

export { milliseconds };
