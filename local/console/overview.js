// The three calls at the top: how each went in the newest request's flow.

import { isSame } from './numbers.js';

const calls = document.querySelectorAll('#overview [data-path]');
let past = [];

/** No flow is shown. */
export function clearOverview() {
  past = [];
  mark([]);
}

function mark(exchanges) {
  for (const call of calls) {
    const last = exchanges.findLast(({ path }) => path === call.dataset.path);
    if (last) call.dataset.last = last.status < 400 ? 'fine' : 'bad';
    else delete call.dataset.last;
  }
}

/** The exchange that a request's ticket comes from. */
const ofTicket = ({ request }) => past.findLast(({ answer }) => request?.ticket && answer?.ticket === request.ticket);

const lastOf = (path) => past.findLast((exchange) => exchange.path === path);

/** The request and its predecessors: its ticket's exchange, and the code sent to the same number. One tap has none. */
function flowOf(newest) {
  const { path, request } = newest;
  if (path === '/send-code') return [ofTicket(newest), newest];
  if (path === '/exchange-code' && !request?.phoneCode) {
    const [sent, loggedIn] = [lastOf('/send-code'), lastOf('/login')];
    return [past.indexOf(sent) > past.indexOf(loggedIn) ? sent : undefined, newest];
  }
  const sent = past.findLast((exchange) => exchange.path === '/send-code' && isSame(exchange.request?.phoneNumber, request?.phoneNumber));
  return [sent, ofTicket(newest), newest];
}

/** A request was answered. */
export function markOverview(exchange) {
  if (![...calls].some((call) => call.dataset.path === exchange.path)) return;
  mark(flowOf(exchange).filter(Boolean));
  past.push(exchange);
}
