/** Tokens live two hours, logins for months: WeChat says in silence that the person is still there. */

import { clientError, isOneOf } from './errors'
import type { Line } from './http'
import { once } from './once'
import type { Settings } from './options'
import type { Session, Sessions } from './session'
import { type CallOptions, unlessAborted } from './signal'
import type { Wechat } from './wechat'

export interface Renewal {
  /** A new token without an SMS, for whom has logged in on this device. `login_required` means: log in again. */
  renew(options?: CallOptions): Promise<Session>
  /**
   * At the app's start: the session of before, renewed if it has expired, or that of whom the back end knows by WeChat's word.
   * `undefined`: the person has to log in.
   */
  restore(options?: CallOptions): Promise<Session | undefined>
  /**
   * Runs `use` with a token; once more with a new one where `use` finds that it is refused. All who find that out together
   * renew once.
   */
  withToken<T>(use: (token: string) => Promise<T>, isRefused: (error: unknown) => boolean, options: CallOptions): Promise<T>
}

interface Parts {
  readonly http: Line
  readonly identity: Wechat
  readonly session: Sessions
  readonly settings: Settings
}

export function renewal({ http, identity, session, settings }: Parts): Renewal {
  const required = () => clientError({ code: 'login_required' }, settings.language)
  const byTicket = (options: CallOptions) =>
    identity.withTicket((ticket) => http.call('POST /renew', { ticket }, options), options)

  /** Many may wait for one call: the signal of one of them ends its own waiting alone. */
  const together = <T>(call: (options: CallOptions) => Promise<T>) => {
    const shared = once((_: undefined, options: CallOptions) => call(options), () => '')
    return ({ signal, timeout }: CallOptions): Promise<T> =>
      unlessAborted(shared(undefined, { timeout }), signal, settings.language)
  }

  const renew = together(async (options): Promise<Session> => {
    const before = session.kept()
    if (!before) throw required()
    try {
      const answer = await byTicket(options)
      // Another person is in WeChat now.
      if (answer.userId !== before.userId) throw required()
      // Somebody may have logged in, or out, meanwhile.
      if (session.kept()?.token === before.token) await session.keep(answer)
    } catch (error) {
      if (!isOneOf(error, ['login_required'])) throw error
      await session.forget(before.token)
    }
    const current = session.current()
    if (!current) throw required()
    return current
  })

  const restore = together(async (options): Promise<Session | undefined> => {
    const current = session.current()
    if (current) return current
    const before = session.kept()
    // Who has logged out here is not logged in again behind their back.
    if (session.hasLeft() || !settings.getCode) return undefined
    try {
      const answer = await byTicket(options)
      return session.hasLeft() ? undefined : (session.current() ?? (await session.keep(answer)))
    } catch (error) {
      if (!isOneOf(error, ['login_required'])) throw error
      if (before) await session.forget(before.token)
      return session.current()
    }
  })

  let running = 0
  let told = false
  /** Tells the app, once for all that run beside each other. */
  const telling = async <T>(call: () => Promise<T>): Promise<T> => {
    running++
    try {
      return await call()
    } catch (error) {
      if (isOneOf(error, ['login_required']) && !told) {
        told = true
        settings.onLoginRequired()
      }
      throw error
    } finally {
      if (--running === 0) told = false
    }
  }

  return {
    renew: (options = {}) => renew(options),
    restore: (options = {}) => restore(options),
    withToken: (use, isRefused, options) =>
      telling(async () => {
        const { token } = session.current() ?? (await renew(options))
        // Nobody waits for this one. Where it fails, the next request has its turn.
        if (session.isEnding()) renew({}).catch(() => undefined)
        try {
          return await use(token)
        } catch (error) {
          if (!isRefused(error)) throw error
        }
        const kept = session.current()
        const next = kept && kept.token !== token ? kept : await renew(options)
        try {
          return await use(next.token)
        } catch (error) {
          if (!isRefused(error)) throw error
          // Unless somebody has logged in meanwhile.
          await session.forget(next.token)
          throw required()
        }
      }),
  }
}
