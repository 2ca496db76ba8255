// The three calls at the top: each shows how its last request went.

const calls = document.querySelectorAll('#overview [data-path]');

/** No request yet. */
export function clearOverview() {
  for (const call of calls) delete call.dataset.last;
}

/** A request was answered. */
export function markOverview({ path, status }) {
  for (const call of calls) {
    if (call.dataset.path === path) call.dataset.last = status < 400 ? 'fine' : 'bad';
  }
}
