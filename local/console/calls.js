// The contract's calls, as an app makes them.

import { appId } from './app.js';
import { languageTag, t } from './language.js';

/** An error as its user sees it. `problem` is what the server said; without it there was no server. */
export class Refused extends Error {
  constructor(problem) {
    super(problem?.detail ?? t('unreachable'));
    this.problem = problem ?? {};
  }
}

/** What a call answers; `undefined` where it has nothing to say (204). */
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

/** Whom WeChat vouches for: `uni.login` in an app brings the code; here it names a person. JSON leaves out what is not there. */
const exchange = (code, phoneCode) => post('/exchange-code', { code, phoneCode, appId: appId() });

/** A code to this number. Where the deployment wants to know whose phone it is first, WeChat is asked. */
export async function sendCode(phoneNumber, wechatCode) {
  try {
    return await post('/send-code', { phoneNumber });
  } catch (error) {
    if (error.problem?.code !== 'ticket_required') throw error;
    const { ticket } = await exchange(wechatCode);
    return post('/send-code', { phoneNumber, ticket });
  }
}

/** Ticket, number and digits together. */
export async function logIn(wechatCode, phoneNumber, verifyCode) {
  const { openid, ticket } = await exchange(wechatCode);
  return post('/login', { openid, ticket, phoneNumber, verifyCode });
}

/** The ticket carries the number that `phoneCode`, of WeChat's button, stands for. */
export async function logInByTap(wechatCode, phoneCode) {
  const { ticket } = await exchange(wechatCode, phoneCode);
  return post('/login', { ticket });
}

/** A new token for whom WeChat vouches for, without an SMS. */
export async function renew(wechatCode) {
  const { ticket } = await exchange(wechatCode);
  return post('/renew', { ticket });
}

/** Whose the token is. */
export const readAccount = (token) => call('GET', '/account', { token });

/** The token, and all others of this login, are good no more. */
export const logOut = (token) => call('POST', '/logout', { token });

/** WeChat has to vouch anew for whom the account is deleted. */
export async function deleteAccount(token, wechatCode) {
  const { ticket } = await exchange(wechatCode);
  return call('DELETE', '/account', { token, body: { ticket } });
}
