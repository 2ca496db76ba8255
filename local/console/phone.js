// The phone: the login by SMS as a mini program shows it.

import { busy } from './busy.js';
import { logIn, sendCode } from './calls.js';
import { startCountdown } from './countdown.js';
import { byId } from './dom.js';
import { hideEntry, showEntry, showForm, tell } from './entry.js';
import { inEachLanguage, languageTag, t } from './language.js';
import { digits, isSame, national } from './numbers.js';
import { beginSession, forgetSession, isLoggedIn, startSession } from './session.js';
import { startTap } from './tap.js';

/** The field that an error is about. */
const FIELD = {
  invalid_phone_number: 'number', unsupported_country: 'number', sms_rejected: 'number', phone_taken: 'number',
  phone_limit_reached: 'number', code_incorrect: 'code', code_expired: 'code', code_used: 'code', too_many_attempts: 'code',
};

const form = byId('login');
const number = byId('number');
const code = byId('code');
const suggestion = byId('suggestion');

const person = () => document.querySelector('input[name=person]:checked').value;

function mark(field) {
  for (const input of [number, code]) {
    if (input.id === field) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
}

/** Whether one of these fields is empty. Marks the first one, without asking the server. */
function lacks(...inputs) {
  const empty = inputs.find((input) => input.value.trim() === '');
  if (!empty) return false;
  tell(t(empty === number ? 'noNumber' : 'noCode'), 'error');
  mark(empty.id);
  empty.focus();
  return true;
}

/** Shows the server's error text. The button counts down a wait of less than an hour. */
function refuse(error, wait) {
  const { code: kind, retryAfter } = error.problem;
  const field = FIELD[kind];
  if (retryAfter < 3600) wait?.(retryAfter);
  tell(error.message, 'error');
  mark(field);
  if (field) byId(field).focus();
}

/** Runs a task of the form, and clears the last message. */
function attempt(button, task, wait) {
  tell('');
  mark();
  return busy(button, task, (error) => refuse(error, wait));
}

/** Shows the login again, with the reason. */
function leave(text, kind) {
  code.value = '';
  suggestion.hidden = true;
  showEntry(text, kind);
}

/** Fills in a code from an SMS, together with its number: the code works for no other. */
export function fillIn({ to, code: ofSms }) {
  if (isLoggedIn()) {
    forgetSession();
    leave('');
  }
  showForm();
  if (!isSame(to, number.value)) {
    number.value = national(to);
    number.dispatchEvent(new Event('input'));
  }
  code.value = ofSms;
  suggestion.hidden = true;
  mark();
  byId('submit').focus();
}

/** Offers the code of an SMS to this number above the keyboard, as phones do. */
export function suggest({ to, code: ofSms }) {
  if (!isSame(to, number.value)) return;
  suggestion.dataset.to = to;
  suggestion.dataset.code = ofSms;
  suggestion.textContent = t('fill', { code: ofSms });
  suggestion.hidden = code.value === ofSms;
}

/** The code of this message no longer works. */
export function withdraw({ to, code: ofSms }) {
  if (suggestion.dataset.to === to && suggestion.dataset.code === ofSms) suggestion.hidden = true;
}

/** Connects the phone's form and buttons. */
export function startPhone() {
  const send = byId('send');
  const countdown = startCountdown(send, () => digits(number.value));
  number.addEventListener('input', countdown.draw);
  suggestion.addEventListener('click', () => fillIn(suggestion.dataset));
  send.addEventListener('click', () => {
    if (lacks(number)) return undefined;
    const asked = digits(number.value);
    const wait = (seconds) => countdown.wait(asked, seconds);
    return attempt(send, async () => {
      const { expiresIn, resendAfter } = await sendCode(number.value, person());
      wait(resendAfter);
      tell(t('sent', { minutes: Math.round(expiresIn / 60) }), 'good');
      code.value = '';
      code.focus();
    }, wait).then(countdown.draw);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (lacks(number, code)) return;
    attempt(byId('submit'), async () => {
      const session = await logIn(person(), number.value, code.value);
      hideEntry();
      beginSession(session);
    });
  });
  startTap(person);
  startSession(person, leave);
  inEachLanguage(() => {
    if (!suggestion.hidden) suggestion.textContent = t('fill', { code: suggestion.dataset.code });
    byId('time').textContent = new Date().toLocaleTimeString(languageTag(), { hour: '2-digit', minute: '2-digit' });
  });
}
