// The console: the phone on one side, the calls and tables behind it on the other, live.

import { startCodes } from './codes.js';
import { byId } from './dom.js';
import { addExchange, clearExchanges, startExchanges } from './exchanges.js';
import { clearInbox, deliver, startInbox, useUp } from './inbox.js';
import { parsed } from './json.js';
import { inEachLanguage, startLanguage, t } from './language.js';
import { clearOverview, markOverview } from './overview.js';
import { startPhone } from './phone.js';
import { startRoutes } from './routes.js';

startLanguage();
startPhone();
startCodes();
startInbox();
startRoutes();
startExchanges();

const events = new EventSource('/_local/events');
const connection = () => {
  const isLive = events.readyState === EventSource.OPEN;
  byId('live').textContent = t(isLive ? 'live' : 'lost');
  byId('live').classList.toggle('off', !isLive);
};
events.addEventListener('open', connection);
events.addEventListener('error', connection);
events.addEventListener('start', () => {
  clearInbox();
  clearExchanges();
  clearOverview();
});
events.addEventListener('sms', ({ data }) => deliver(JSON.parse(data)));
events.addEventListener('exchange', ({ data }) => {
  const told = JSON.parse(data);
  const exchange = { ...told, request: parsed(told.request), answer: parsed(told.answer) };
  addExchange(exchange);
  useUp(exchange);
  markOverview(exchange);
});
inEachLanguage(() => events.readyState !== EventSource.CONNECTING && connection());
