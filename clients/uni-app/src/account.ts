/** The person's account: show it, log out, delete it. */

import type { AccountAnswer } from './contract'
import { clientError, isOneOf, isPhoneLoginError } from './errors'
import type { Line } from './http'
import type { Settings } from './options'
import type { Renewal } from './renewal'
import type { Session, Sessions } from './session'
import type { CallOptions } from './signal'
import type { Wechat } from './wechat'

export interface Account {
  /** Returns the account, with its number masked. */
  account(options?: CallOptions): Promise<AccountAnswer>
  /** Deletes the account, its number and its openids for good, and forgets the token. If the answer is lost, call it again. */
  deleteAccount(options?: CallOptions): Promise<void>
  /**
   * Forgets the token, the number and the ticket, and ends the login at the back end if it can be reached: the login of this
   * mini program, or with `everywhere` those of all mini programs and people of the account.
   */
  logout(options?: CallOptions & { everywhere?: boolean }): Promise<void>
}

interface Parts {
  readonly http: Line
  readonly identity: Wechat
  readonly session: Sessions
  readonly settings: Settings
  readonly renewal: Renewal
  /** Forgets the number with the running cooldown. */
  readonly forgetNumber: () => Promise<void>
}

export function account({ http, identity, session, settings, renewal, forgetNumber }: Parts): Account {
  const isRefused = (error: unknown) => isOneOf(error, ['token_invalid', 'token_required'])

  /** The back end needs a valid token, and an expired one can be renewed until the person logs out. */
  const renewed = async (kept: Session, options: CallOptions): Promise<string> => {
    const { token, userId } = await identity.withTicket((ticket) => http.call('POST /renew', { ticket }, options), options)
    // If another person is in WeChat now, there is nothing to end for them, and the old login cannot be reached.
    if (userId !== kept.userId) throw clientError({ code: 'login_required' }, settings.language)
    return token
  }

  return {
    account: (options = {}) =>
      renewal.withToken((token) => http.call('GET /account', undefined, { ...options, token }), isRefused, options),

    async deleteAccount(options = {}) {
      const call = (token: string) =>
        identity.withTicket((ticket) => http.call('DELETE /account', { ticket }, { ...options, token }), options)
      await renewal.withToken(call, isRefused, options)
      identity.forget()
      await session.forget()
      await forgetNumber()
    },

    async logout({ everywhere = false, ...options } = {}) {
      const kept = session.kept()
      const expired = !session.current()
      // First, whatever the network does.
      if (kept) await session.leave()
      await forgetNumber()
      try {
        if (!kept) return
        const token = expired ? await renewed(kept, options) : kept.token
        await http.call('POST /logout', everywhere ? { everywhere } : {}, { ...options, token })
      } catch (error) {
        if (!isPhoneLoginError(error)) throw error
        // The login at the back end continues. Nobody may restore it silently on this device: the person has to log in again.
        if (!isOneOf(error, OVER)) return
      } finally {
        identity.forget()
      }
      await session.settled()
    },
  }
}

/** Nothing is left to end. */
const OVER = ['token_invalid', 'token_required', 'login_required', 'account_disabled'] as const
