// What the phone shows before a login: WeChat's button first, the form for a code by SMS as the other way in.

import { byId } from './dom.js';
import { notice } from './notice.js';
import { clearOverview } from './overview.js';

const entry = byId('entry');
const tap = byId('tap');
const form = byId('login');

/** Tells something above both. */
export const tell = notice(byId('message'));

const focus = () => (tap.hidden ? byId('number') : byId('one-tap')).focus();

/** Whoever logs in next comes in by this way, and reads why. */
function show(way, text = '', kind = '') {
  for (const each of [tap, form]) each.hidden = each !== way;
  tell(text, kind);
  focus();
}

export const showTap = () => show(tap);
export const showForm = (text, kind) => show(form, text, kind);

/** The way in that was taken last, and what happened to the login before. */
export function showEntry(text, kind) {
  entry.hidden = false;
  clearOverview();
  tell(text, kind);
  focus();
}

/** Somebody is in. */
export function hideEntry() {
  entry.hidden = true;
}
