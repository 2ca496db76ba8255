// After the login: the person, and the calls with the token.

import { busy } from './busy.js';
import { deleteAccount, logOut, readAccount, renew } from './calls.js';
import { byId, h } from './dom.js';
import { inEachLanguage, languageTag, t } from './language.js';
import { notice } from './notice.js';
import { tokenView } from './token.js';

/** After these errors the person has to log in again. */
const OVER = ['login_required', 'token_invalid', 'account_disabled'];

const welcome = byId('welcome');
const tell = notice(byId('told'));
let session;

const moment = (time) => new Date(time).toLocaleString(languageTag(), { dateStyle: 'medium', timeStyle: 'short' });

/** The answer of `/account`, without the user id, which the token's view shows. */
function accountView({ phoneNumber, createdAt, provedAt }) {
  const rows = { phoneNumber, createdAt: createdAt && moment(createdAt), provedAt: provedAt && moment(provedAt) };
  return h('dl', { class: 'claims', id: 'of-account' }, Object.entries(rows).filter(([, value]) => value).map(([name, value]) =>
    h('div', {}, h('dt', {}, t(`account_${name}`), ' ', h('code', {}, name)), h('dd', {}, value))));
}

function draw() {
  const { isNewUser, account, token } = session;
  byId('who').replaceChildren(
    h('h2', {}, t(isNewUser ? 'welcomeNew' : 'welcomeBack')),
    h('p', { class: `badge ${isNewUser ? 'fresh' : ''}` }, t(isNewUser ? 'newUser' : 'returning')));
  byId('held').replaceChildren(...account ? [accountView(account)] : [], ...tokenView(token));
}

/** Somebody has logged in. */
export function beginSession(answer) {
  session = answer;
  tell('');
  draw();
  welcome.hidden = false;
  welcome.focus();
  byId('said').textContent = t(session.isNewUser ? 'welcomeNew' : 'welcomeBack');
}

/** Whether somebody is logged in. */
export const isLoggedIn = () => session !== undefined;

/** Forgets the token, even a valid one. */
export function forgetSession() {
  session = undefined;
  welcome.hidden = true;
}

/** Connects the buttons. `person` is who holds the phone; `leave` shows the form, with the reason. */
export function startSession(person, leave) {
  const end = (text, kind) => {
    forgetSession();
    leave(text, kind);
  };
  const refused = (error) => (OVER.includes(error.problem.code) ? end : tell)(error.message, 'error');
  const tasks = {
    renew: async () => {
      session = { ...await renew(person()), isNewUser: false };
      draw();
      tell(t('renewed'), 'good');
    },
    account: async () => {
      session.account = await readAccount(session.token);
      draw();
    },
    'log-out': async () => {
      await logOut(session.token);
      end(t('loggedOut'), 'good');
    },
    delete: async () => {
      await deleteAccount(session.token, person());
      end(t('deleted'), 'good');
    },
  };
  for (const [id, task] of Object.entries(tasks)) {
    byId(id).addEventListener('click', () => {
      tell('');
      busy(byId(id), task, refused);
    });
  }
  inEachLanguage(() => {
    if (session) draw();
    tell('');
  });
}
