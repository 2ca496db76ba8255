/** An app in TypeScript: the oldest supported compiler and today's compile it. */

import { createPhoneLogin, isPhoneLoginError, miniProgram } from 'phone-login-uni-app'
import type { Api, LoggedIn, PhoneLogin, PhoneNumberEvent } from 'phone-login-uni-app'

declare const wx: Api

export const phoneLogin: PhoneLogin = createPhoneLogin({
  baseUrl: 'https://login.example.com',
  platform: miniProgram(wx),
  onLoginRequired: () => undefined,
})

export async function oneTap(event: PhoneNumberEvent): Promise<LoggedIn | string | number | undefined> {
  try {
    return await phoneLogin.loginByPhoneCode(event, { timeout: 5000 })
  } catch (error) {
    if (!isPhoneLoginError(error)) throw error
    if (error.code === 'phone_number_unavailable') return error.useSms ? error.why : undefined
    if (error.code === 'code_incorrect') return error.attemptsLeft
    return error.message
  }
}
