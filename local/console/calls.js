// The contract's three calls, as an app makes them.

import { languageTag, t } from './language.js';

/** An error as its user sees it. `problem` is what the server said; without it there was no server. */
export class Refused extends Error {
  constructor(problem) {
    super(problem?.detail ?? t('unreachable'));
    this.problem = problem ?? {};
  }
}

async function post(path, body) {
  const headers = { 'Content-Type': 'application/json', 'Accept-Language': languageTag() };
  let status, answer;
  try {
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    status = response.status;
    answer = await response.json();
  } catch {
    throw new Refused();
  }
  if (status !== 200) throw new Refused(answer);
  return answer;
}

/** A code to this number. Where the deployment wants to know whose phone it is first, WeChat is asked. */
export async function sendCode(phoneNumber, wechatCode) {
  try {
    return await post('/send-code', { phoneNumber });
  } catch (error) {
    if (error.problem?.code !== 'ticket_required') throw error;
    const { ticket } = await post('/exchange-code', { code: wechatCode });
    return post('/send-code', { phoneNumber, ticket });
  }
}

/** `uni.login` in an app brings `wechatCode`; here it names a person. */
export async function logIn(wechatCode, phoneNumber, verifyCode) {
  const { openid, ticket } = await post('/exchange-code', { code: wechatCode });
  return post('/login', { openid, ticket, phoneNumber, verifyCode });
}
