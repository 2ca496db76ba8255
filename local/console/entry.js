// The phone before a login: WeChat's button first, and the form for a code by SMS as the alternative.

import { byId } from './dom.js';
import { notice } from './notice.js';
import { clearOverview } from './overview.js';

const entry = byId('entry');
const tap = byId('tap');
const form = byId('login');

/** Shows a message above both. */
export const tell = notice(byId('message'));

const focus = () => (tap.hidden ? byId('number') : byId('one-tap')).focus();

/** Shows the button or the form, with a message. */
function show(way, text = '', kind = '') {
  for (const each of [tap, form]) each.hidden = each !== way;
  tell(text, kind);
  focus();
}

export const showTap = () => show(tap);
export const showForm = (text, kind) => show(form, text, kind);

/** Shows the button or the form, whichever was used last, with the outcome of the last login. */
export function showEntry(text, kind) {
  entry.hidden = false;
  clearOverview();
  tell(text, kind);
  focus();
}

/** Somebody has logged in. */
export function hideEntry() {
  entry.hidden = true;
}
