// The mini program in use, if there are several.

import { byId, h } from './dom.js';

const choice = byId('app');

/** Its AppID; `undefined` if there is only one: then requests need no name. */
export const appId = () => (choice.options.length > 1 ? choice.value : undefined);

/** Shows a choice of these, if there are several. */
export function offerApps(ids) {
  choice.replaceChildren(...ids.map((id) => h('option', { value: id }, id)));
  byId('apps').hidden = ids.length < 2;
}
