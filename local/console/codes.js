// Every code that this WeChat plays, and whom those of `uni.login` stand for.

import { byId, h } from './dom.js';
import { inEachLanguage, t } from './language.js';
import { prose } from './reference.js';

const input = byId('uni-login');
const said = byId('uni-login-said');
let played = [];

function draw() {
  const row = ({ code, en, zh }) => h('tr', {},
    h('th', { scope: 'row' }, h('code', {}, code)), h('td', {}, prose(document.documentElement.lang === 'en' ? en : zh)));
  byId('codes').replaceChildren(...played.map(row));
  said.textContent = '';
}

async function choose(event) {
  event.preventDefault();
  const answer = await fetch('/_local/wechat/uni-login', { method: 'PUT', body: input.value });
  said.textContent = answer.ok ? t('chosen', { code: input.value.trim() }) : await answer.text();
}

/** Asks for the codes and makes the choice work. */
export async function startCodes() {
  inEachLanguage(draw);
  byId('choose').addEventListener('submit', choose);
  const codes = await (await fetch('/_local/wechat/codes')).json();
  ({ played } = codes);
  input.value = codes.uniLogin;
  byId('played').replaceChildren(...['bob', ...played.map(({ code }) => code)].map((value) => h('option', { value })));
  draw();
}
