/** Tokens are valid for two hours, logins for months: WeChat's ticket renews a token silently. */

import { clientError, isOneOf } from './errors'
import type { Line } from './http'
import { once } from './once'
import type { Settings } from './options'
import type { Session, Sessions } from './session'
import { type CallOptions, unlessAborted } from './signal'
import type { Wechat } from './wechat'

export interface Renewal {
  /** A new token without an SMS, for a person who has logged in on this device. `login_required`: log in again. */
  renew(options?: CallOptions): Promise<Session>
  /**
   * At the app's start: the last session, renewed if it has expired, or a session for a person whom the back end knows by
   * their ticket. `undefined`: the person has to log in.
   */
  restore(options?: CallOptions): Promise<Session | undefined>
  /**
   * Runs `use` with a token, and again with a new one if `use` finds the token refused. Parallel callers that find this out
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

  /** Several callers may wait for one renewal: a caller's signal ends only its own waiting. */
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
      // Somebody may have logged in or out meanwhile.
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
    // A person who has logged out here must not be logged in silently.
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
  /** Notifies the app, once for all parallel calls. */
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
        // Nobody waits for this one. If it fails, the next request tries again.
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
