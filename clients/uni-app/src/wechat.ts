/** Who is in WeChat: its login returns a code, which the back end exchanges for a ticket. */

import { type Language, clientError, isOneOf } from './errors'
import type { Line } from './http'
import type { Platform } from './platform'
import { type CallOptions, unlessAborted, within } from './signal'

export interface Wechat {
  /** Runs `use` with a ticket, and again with a fresh one if the ticket, or the code behind it, was no longer valid. */
  withTicket<T>(use: (ticket: string) => Promise<T>, options: CallOptions): Promise<T>
  /** The same, but without a ticket if none comes within a few seconds: `use` then says whether it needs one. */
  withTicketIfAny<T>(use: (ticket?: string) => Promise<T>, options: CallOptions): Promise<T>
  /**
   * Runs `use` with a ticket that carries the number behind the button's code. That code works once, so the ticket is kept:
   * after a lost answer, `use` can be repeated with the same code.
   */
  withNumber<T>(phoneCode: string, use: (ticket: string) => Promise<T>, options: CallOptions): Promise<T>
  /** Fetches a ticket ahead, and a code for the button. Returns the ticket and its end. */
  prepare(): Promise<Ticket>
  forget(): void
}

export interface Ticket {
  readonly ticket: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface WechatOptions {
  readonly getCode: () => Promise<string>
  /** The mini program's AppID, for back ends that serve several. */
  readonly appId: string | undefined
  readonly language: Language
}

/** A ticket must outlive the request. */
const MARGIN_MS = 10_000

/** The longest wait for a ticket that may not be needed. */
const PATIENCE_MS = 3_000

/** WeChat's codes are valid for five minutes. */
const CODE_LASTS_MS = 4 * 60_000

/** `wx.login`, as a promise. */
export function platformLogin(platform: Platform, language: Language, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string) => reject(clientError({ code: 'wechat_login_failed', reason }, language))
    platform.login({
      provider: 'weixin',
      timeout,
      success: ({ code }) => (code ? resolve(code) : failed('login:ok, without a code')),
      fail: ({ errMsg }) => failed(errMsg ?? ''),
    })
  })
}

export function wechat(line: Line, { getCode, appId, language }: WechatOptions): Wechat {
  // Kept in memory: they are valid for minutes, and belong to the person in WeChat now.
  let kept: Ticket | undefined
  let numbered: (Ticket & { readonly phoneCode: string }) | undefined
  let spare: { readonly code: string; readonly expiresAt: number } | undefined
  let underWay: Promise<Ticket> | undefined
  // A ticket that was requested before everything was forgotten is not kept.
  let era = 0

  const code = async (): Promise<string> => {
    const ready = spare
    spare = undefined
    return isGood(ready) ? ready.code : getCode()
  }

  const exchange = async (phoneCode: string | undefined, options: CallOptions): Promise<Ticket> => {
    const by = { ...(phoneCode && { phoneCode }), ...(appId && { appId }) }
    const { ticket, expiresIn } = await line.call('POST /exchange-code', { code: await code(), ...by }, options)
    return { ticket, expiresAt: Date.now() + expiresIn * 1000 - MARGIN_MS }
  }

  /** The back end asks for the number only after WeChat's code was valid: an invalid code leaves the number's code unused. */
  const exchangeTwice = async (phoneCode: string | undefined, options: CallOptions): Promise<Ticket> => {
    try {
      return await exchange(phoneCode, options)
    } catch (error) {
      if (!isOneOf(error, STALE_CODE)) throw error
      return exchange(phoneCode, options)
    }
  }

  /** Parallel callers wait for the same ticket, which no page's signal takes away from the others. */
  const shared = (start: (options: CallOptions) => Promise<Ticket>, options: CallOptions): Promise<Ticket> => {
    const begun = era
    const { timeout } = options
    underWay ??= start({ timeout })
      .then((ticket) => (begun === era ? (kept = ticket) : ticket))
      .finally(() => {
        if (begun === era) underWay = undefined
      })
    return unlessAborted(underWay, options.signal, language)
  }
  const fresh = (options: CallOptions) => shared((of) => exchange(undefined, of), options)
  const current = async (options: CallOptions): Promise<Ticket> =>
    isGood(kept) ? kept : shared((of) => exchangeTwice(undefined, of), options)

  /** The result of `use` with a ticket, or why no ticket is valid. Other failures of `use` are thrown, without a retry. */
  const attempt = async <T>(
    use: (ticket: string) => Promise<T>,
    options: CallOptions,
    patience?: number,
  ): Promise<{ readonly done: T } | { readonly failure: unknown }> => {
    let failure: unknown
    for (const ticket of [current, fresh]) {
      let found: string
      try {
        const asked = ticket(options)
        found = (await (patience ? within(patience, asked, 'no ticket in time', language) : asked)).ticket
      } catch (error) {
        if (isOneOf(error, ['aborted'])) throw error
        return { failure: error }
      }
      try {
        return { done: await use(found) }
      } catch (error) {
        if (!isOneOf(error, STALE_TICKET)) throw error
        kept = undefined
        failure = error
      }
    }
    return { failure }
  }

  return {
    async withTicket(use, options) {
      const outcome = await attempt(use, options)
      if ('done' in outcome) return outcome.done
      throw outcome.failure
    },
    async withTicketIfAny(use, options) {
      const outcome = await attempt(use, options, PATIENCE_MS)
      if ('done' in outcome) return outcome.done
      try {
        return await use()
      } catch (error) {
        // The back end does require a ticket, so report why there is none.
        throw isOneOf(error, ['ticket_required']) ? outcome.failure : error
      }
    },
    async withNumber(phoneCode, use, options) {
      let found = numbered?.phoneCode === phoneCode && isGood(numbered) ? numbered : undefined
      if (!found) {
        const begun = era
        found = { phoneCode, ...(await exchangeTwice(phoneCode, options)) }
        if (begun === era) kept = numbered = found
      }
      try {
        return await use(found.ticket)
      } catch (error) {
        // Its code is spent: only another tap returns a new one.
        if (isOneOf(error, STALE_TICKET)) numbered = undefined
        throw error
      }
    },
    async prepare() {
      const ticket = await current({})
      if (!isGood(spare)) spare = { code: await getCode(), expiresAt: Date.now() + CODE_LASTS_MS }
      return ticket
    },
    forget() {
      era++
      kept = undefined
      numbered = undefined
      spare = undefined
      underWay = undefined
    },
  }
}

const STALE_CODE = ['wechat_code_invalid', 'wechat_code_used'] as const
/** A ticket is also invalid after a change of the key that signed it. */
const STALE_TICKET = ['ticket_expired', 'ticket_invalid'] as const

function isGood<T extends { readonly expiresAt: number }>(kept: T | undefined): kept is T {
  return kept !== undefined && kept.expiresAt > Date.now()
}
