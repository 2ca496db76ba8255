/** The person's account, and the ways out of it. */

import type { AccountAnswer } from './contract'
import { clientError, isOneOf, isPhoneLoginError } from './errors'
import type { Line } from './http'
import type { Settings } from './options'
import type { Renewal } from './renewal'
import type { Session, Sessions } from './session'
import type { CallOptions } from './signal'
import type { Wechat } from './wechat'

export interface Account {
  /** The account: its number is masked. */
  account(options?: CallOptions): Promise<AccountAnswer>
  /** Deletes the account, its number and its openids, for good; forgets the token. After a lost answer, call it again. */
  deleteAccount(options?: CallOptions): Promise<void>
  /**
   * Forgets the token, the number and the ticket, and has the back end end the login, if that can be reached: of this
   * mini program, with `everywhere` of all that share the account.
   */
  logout(options?: CallOptions & { everywhere?: boolean }): Promise<void>
}

interface Parts {
  readonly http: Line
  readonly identity: Wechat
  readonly session: Sessions
  readonly settings: Settings
  readonly renewal: Renewal
  /** Forgets the number whose cooldown runs. */
  readonly forgetNumber: () => Promise<void>
}

export function account({ http, identity, session, settings, renewal, forgetNumber }: Parts): Account {
  const isRefused = (error: unknown) => isOneOf(error, ['token_invalid', 'token_required'])

  /** The back end takes a token that is good: what has expired here can be renewed there until the person logs out. */
  const renewed = async (kept: Session, options: CallOptions): Promise<string> => {
    const { token, userId } = await identity.withTicket((ticket) => http.call('POST /renew', { ticket }, options), options)
    // Of another person who is in WeChat now there is nothing to end; and what is to be ended cannot be reached.
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
      // At once, whatever the network does.
      if (kept) await session.leave()
      await forgetNumber()
      try {
        if (!kept) return
        const token = expired ? await renewed(kept, options) : kept.token
        await http.call('POST /logout', everywhere ? { everywhere } : {}, { ...options, token })
      } catch (error) {
        if (!isPhoneLoginError(error)) throw error
        // The login there goes on: nobody is to come back by it, except by logging in.
        if (!isOneOf(error, OVER)) return
      } finally {
        identity.forget()
      }
      await session.settled()
    },
  }
}

/** Nothing is left to be ended. */
const OVER = ['token_invalid', 'token_required', 'login_required', 'account_disabled'] as const
