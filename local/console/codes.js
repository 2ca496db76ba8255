// All codes that the simulated WeChat accepts, and the person and number behind the codes of `uni.login` and of the button.

import { offerApps } from './app.js';
import { byId, h } from './dom.js';
import { inEachLanguage, t } from './language.js';
import { prose } from './reference.js';

let codes = { simulated: [], simulatedPhoneCodes: [], button: '' };

/** The number or error that the button's codes stand for. */
export const numberOfButton = () => codes.button;

const row = ({ code, en, zh }) => h('tr', {},
  h('th', { scope: 'row' }, h('code', {}, code)), h('td', {}, prose(document.documentElement.lang === 'en' ? en : zh)));

function draw() {
  byId('codes').replaceChildren(...codes.simulated.map(row));
  byId('phone-codes').replaceChildren(...codes.simulatedPhoneCodes.map(row));
  for (const said of [byId('uni-login-said'), byId('button-said')]) said.textContent = '';
}

/** Lets `form` set what codes stand for, at `path`. */
function startChoice(form, input, path, chosen) {
  byId(form).addEventListener('submit', async (event) => {
    event.preventDefault();
    const code = byId(input).value.trim();
    const answer = await fetch(path, { method: 'PUT', body: code });
    byId(`${input}-said`).textContent = answer.ok ? t('chosen', { code }) : await answer.text();
    if (answer.ok) chosen(code);
  });
}

const offer = (list, values) => byId(list).replaceChildren(...values.map((value) => h('option', { value })));

/** Loads the codes and connects the forms. */
export async function startCodes() {
  inEachLanguage(draw);
  startChoice('choose', 'uni-login', '/_local/wechat/uni-login', () => {});
  startChoice('choose-number', 'button', '/_local/wechat/button', (code) => { codes.button = code; });
  codes = await (await fetch('/_local/wechat/codes')).json();
  byId('uni-login').value = codes.uniLogin;
  byId('button').value = codes.button;
  offer('simulated', ['bob', ...codes.simulated.map(({ code }) => code)]);
  offer('simulated-numbers', codes.simulatedPhoneCodes.map(({ code }) => code));
  offerApps(codes.apps);
  draw();
}
