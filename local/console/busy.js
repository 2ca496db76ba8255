// Buttons that are disabled while their task runs.

import { Refused } from './calls.js';

/** Runs `task` with `button` disabled, so that nothing is sent twice. The server's errors go to `refused`. */
export async function busy(button, task, refused) {
  if (button.dataset.busy !== undefined) return;
  button.dataset.busy = '';
  button.setAttribute('aria-busy', 'true');
  try {
    await task();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused(error);
  } finally {
    delete button.dataset.busy;
    button.removeAttribute('aria-busy');
  }
}
