// The contract's calls, as an app makes them.

import { appId } from './app.js';
import { languageTag, t } from './language.js';

/** An error as the user sees it. `problem` is the server's answer; it is absent if the server did not answer. */
export class Refused extends Error {
  constructor(problem) {
    super(problem?.detail ?? t('unreachable'));
    this.problem = problem ?? {};
  }
}

/** The answer of a call; `undefined` for an empty one (204). */
async function call(method, path, { body, token } = {}) {
  const headers = { 'Accept-Language': languageTag() };
  if (body) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  let response, answer;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    answer = response.status === 204 ? undefined : await response.json();
  } catch {
    throw new Refused();
  }
  if (!response.ok) throw new Refused(answer);
  return answer;
}

const post = (path, body) => call('POST', path, { body });

/** In an app the code comes from `uni.login`; here it names a person. JSON omits fields that are undefined. */
const exchange = (code, phoneCode) => post('/exchange-code', { code, phoneCode, appId: appId() });

/** Sends a code to this number. If the deployment requires a ticket, one is fetched first. */
export async function sendCode(phoneNumber, wechatCode) {
  try {
    return await post('/send-code', { phoneNumber });
  } catch (error) {
    if (error.problem?.code !== 'ticket_required') throw error;
    const { ticket } = await exchange(wechatCode);
    return post('/send-code', { phoneNumber, ticket });
  }
}

/** Logs in with ticket, number and digits. */
export async function logIn(wechatCode, phoneNumber, verifyCode) {
  const { openid, ticket } = await exchange(wechatCode);
  return post('/login', { openid, ticket, phoneNumber, verifyCode });
}

/** Logs in with a ticket that carries the number behind `phoneCode`, the code of WeChat's button. */
export async function logInByTap(wechatCode, phoneCode) {
  const { ticket } = await exchange(wechatCode, phoneCode);
  return post('/login', { ticket });
}

/** Gets a new token with a ticket, without an SMS. */
export async function renew(wechatCode) {
  const { ticket } = await exchange(wechatCode);
  return post('/renew', { ticket });
}

/** Shows the token's account. */
export const readAccount = (token) => call('GET', '/account', { token });

/** Revokes the token and all others of this login. */
export const logOut = (token) => call('POST', '/logout', { token });

/** Deletes the account. This needs a fresh ticket, too. */
export async function deleteAccount(token, wechatCode) {
  const { ticket } = await exchange(wechatCode);
  return call('DELETE', '/account', { token, body: { ticket } });
}
