/** The two ways to log in: a code by SMS, and WeChat's button. */

import type { LoginAnswer, SendCodeAnswer } from './contract'
import type { Cooldown } from './cooldown'
import { isOneOf } from './errors'
import type { Line } from './http'
import { once } from './once'
import { type PhoneNumberEvent, phoneCodeOf } from './one-tap'
import type { Settings } from './options'
import { digits } from './phone-number'
import type { Session, Sessions } from './session'
import type { CallOptions } from './signal'
import type { Wechat } from './wechat'

export interface ByCode {
  readonly phoneNumber: string
  /** The six digits. */
  readonly verifyCode: string
}

export interface LoggedIn extends Session {
  readonly isNewUser: boolean
}

export interface Login {
  /** Sends a code to the number, and starts its cooldown. */
  sendCode(phoneNumber: string, options?: CallOptions): Promise<SendCodeAnswer>
  /** Logs in the person in WeChat with number and code. If the answer is lost, call it again. */
  login(by: ByCode, options?: CallOptions): Promise<LoggedIn>
  /**
   * Logs in with the event of WeChat's button `getPhoneNumber`, without an SMS. If the button returned no number, the error
   * `phone_number_unavailable` says why, and its `useSms` whether to show the form. If the answer is lost, call it again with the
   * same event.
   */
  loginByPhoneCode(event: PhoneNumberEvent, options?: CallOptions): Promise<LoggedIn>
}

interface Parts {
  readonly http: Line
  readonly identity: Wechat
  readonly session: Sessions
  readonly waiting: Cooldown
  readonly settings: Settings
  /** Throws where nothing can return WeChat's code. */
  readonly needWechat: () => void
}

export function login({ http, identity, session, waiting, settings, needWechat }: Parts): Login {
  const entered = async (answer: LoginAnswer): Promise<LoggedIn> => {
    const kept = await session.keep(answer)
    // The number is no longer needed, so it leaves the storage.
    await waiting.end()
    return { ...kept, isNewUser: answer.isNewUser }
  }

  const sendCode = once(
    async (phoneNumber: string, options: CallOptions): Promise<SendCodeAnswer> => {
      // The login would fail afterwards, so no message is paid for.
      needWechat()
      const post = (ticket?: string) =>
        http.call('POST /send-code', { phoneNumber, ...(ticket && { ticket }) }, options)
      const withTicket = settings.requireTicket ? identity.withTicket : identity.withTicketIfAny
      try {
        const { expiresIn, resendAfter } = await withTicket(post, options)
        await waiting.begin(phoneNumber, resendAfter)
        return { expiresIn, resendAfter }
      } catch (error) {
        // The answer to an earlier call was lost, the app was reinstalled, or a message may have been sent.
        if (isOneOf(error, ['resend_too_soon', 'sms_unavailable']) && error.retryAfter !== undefined) {
          await waiting.begin(phoneNumber, error.retryAfter)
        }
        throw error
      }
    },
    digits,
  )

  const byCode = once(
    async ({ phoneNumber, verifyCode }: ByCode, options: CallOptions): Promise<LoggedIn> => {
      needWechat()
      const post = (ticket: string) => http.call('POST /login', { ticket, phoneNumber, verifyCode }, options)
      return entered(await identity.withTicket(post, options))
    },
    ({ phoneNumber, verifyCode }) => `${digits(phoneNumber)} ${verifyCode}`,
  )

  const byNumber = once(
    async (phoneCode: string, options: CallOptions): Promise<LoggedIn> => {
      needWechat()
      const post = (ticket: string) => http.call('POST /login', { ticket }, options)
      return entered(await identity.withNumber(phoneCode, post, options))
    },
    (phoneCode) => phoneCode,
  )

  return {
    sendCode: (phoneNumber, options = {}) => sendCode(phoneNumber, options),
    login: (by, options = {}) => byCode(by, options),
    async loginByPhoneCode(event, options = {}) {
      return byNumber(phoneCodeOf(event, settings.language), options)
    },
  }
}
