// The documentation page: shows openapi.json.

import { byId, h } from './dom.js';
import { inEachLanguage, startLanguage } from './language.js';
import { callView, callsOf, prose } from './reference.js';

startLanguage();
const description = await (await fetch('/openapi.json')).json();

const calls = callsOf(description.paths);

inEachLanguage(() => byId('reference').replaceChildren(
  h('p', { class: 'intro', lang: 'en' }, prose(description.info.description)),
  ...calls.map((call) => callView(call, description))));
