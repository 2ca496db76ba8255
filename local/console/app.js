// The mini program in use, where there are several.

import { byId, h } from './dom.js';

const choice = byId('app');

/** Its AppID; `undefined` where there is only one, which need not be named. */
export const appId = () => (choice.options.length > 1 ? choice.value : undefined);

/** Shows a choice of these, if there are several. */
export function offerApps(ids) {
  choice.replaceChildren(...ids.map((id) => h('option', { value: id }, id)));
  byId('apps').hidden = ids.length < 2;
}
