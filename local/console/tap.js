// WeChat's button: asks whether the mini program may have the number, and returns a code for it.

import { busy } from './busy.js';
import { logInByTap } from './calls.js';
import { numberOfButton } from './codes.js';
import { byId } from './dom.js';
import { hideEntry, showForm, showTap, tell } from './entry.js';
import { inEachLanguage, t } from './language.js';
import { masked } from './numbers.js';
import { beginSession } from './session.js';

const button = byId('one-tap');
const sheet = byId('sheet');

/** A code as the button returns it: 64 hexadecimal digits. WeChat knows its number. */
const newCode = () => Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');

function ask() {
  byId('sheet-number').textContent = masked(numberOfButton());
  sheet.hidden = false;
  byId('entry').inert = true;
  byId('allow').focus();
}

function close() {
  sheet.hidden = true;
  byId('entry').inert = false;
}

function press() {
  tell('');
    // Without quota WeChat does not even ask: each number costs the owner money.
  if (byId('quota').value === 'none') showForm(t('noQuota'), 'error');
  else ask();
}

function refuse() {
  close();
  showForm(t('refused'));
}

/** Connects the button; `person` is who holds the phone. */
export function startTap(person) {
  button.addEventListener('click', press);
  byId('by-sms').addEventListener('click', () => showForm());
  byId('by-tap').addEventListener('click', showTap);
  byId('refuse').addEventListener('click', refuse);
  sheet.addEventListener('keydown', ({ key }) => key === 'Escape' && refuse());
  byId('allow').addEventListener('click', () => {
    close();
    button.focus();
    busy(button, async () => {
      const session = await logInByTap(person(), newCode());
      hideEntry();
      beginSession(session);
    }, (error) => tell(error.message, 'error'));
  });
    // The message was in the other language.
  inEachLanguage(() => tell(''));
}
