// Which mini program the phone is in, where there are several.

import { byId, h } from './dom.js';

const choice = byId('app');

/** Its AppID; `undefined` where there is only one, which need not be named. */
export const appId = () => (choice.options.length > 1 ? choice.value : undefined);

/** Offers these, if there is a choice. */
export function offerApps(ids) {
  choice.replaceChildren(...ids.map((id) => h('option', { value: id }, id)));
  byId('apps').hidden = ids.length < 2;
}
