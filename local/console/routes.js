// The choice of the SMS route.

import { byId, h } from './dom.js';
import { inEachLanguage, t } from './language.js';

const select = byId('route');
const said = byId('route-said');
let chosen;

/** A route for every country as its carriers' names; any other route as it is written. */
function label(routes) {
  const [, carriers] = routes.match(/^\*=([a-z>]+)$/) ?? [];
  return carriers ? carriers.split('>').map((carrier) => t(`carrier_${carrier}`)).join(' › ') : routes;
}

function draw() {
  for (const option of select.options) option.textContent = label(option.value);
  said.textContent = '';
}

async function choose() {
  const answer = await fetch('/_local/sms/routes', { method: 'PUT', body: select.value });
  if (answer.ok) chosen = select.value;
  else select.value = chosen;
  said.textContent = answer.ok ? t('routeChosen', { route: label(chosen) }) : await answer.text();
}

/** Loads the routes and connects the choice. */
export async function startRoutes() {
  select.addEventListener('change', choose);
  const { routes, offered } = await (await fetch('/_local/sms/routes')).json();
  chosen = routes;
  select.replaceChildren(...[...new Set([...offered, routes])].map((value) => h('option', { value })));
  select.value = routes;
  inEachLanguage(draw);
}
