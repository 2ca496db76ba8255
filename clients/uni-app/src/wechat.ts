/** WeChat's word on who is there: its login gives a code, the back end makes a ticket of it. */

import { type Language, clientError, isOneOf } from './errors'
import type { Line } from './http'
import type { Platform } from './platform'
import { type CallOptions, unlessAborted, within } from './signal'

export interface Wechat {
  /** Runs `use` with a ticket; once more with a fresh one if the ticket, or the code behind it, was no longer good. */
  withTicket<T>(use: (ticket: string) => Promise<T>, options: CallOptions): Promise<T>
  /** The same, and without a ticket where there is none to be had in a few seconds: `use` then says whether it needs one. */
  withTicketIfAny<T>(use: (ticket?: string) => Promise<T>, options: CallOptions): Promise<T>
  /**
   * Runs `use` with a ticket that carries the number of the button's code. That code works once: the ticket is kept, so that
   * `use` can be repeated with the same code after a lost answer.
   */
  withNumber<T>(phoneCode: string, use: (ticket: string) => Promise<T>, options: CallOptions): Promise<T>
  /** Has a ticket, and a code for the button's, ready. Answers the ticket and when it ends. */
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
  /** The mini program, for back ends that serve several. */
  readonly appId: string | undefined
  readonly language: Language
}

/** A ticket that ends while the request is on its way is of no use. */
const MARGIN_MS = 10_000

/** Nobody waits longer than this for a ticket that they may not need. */
const PATIENCE_MS = 3_000

/** WeChat's codes live for five minutes. */
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
  // In memory: they live for minutes, and name whoever is logged in to WeChat now.
  let kept: Ticket | undefined
  let numbered: (Ticket & { readonly phoneCode: string }) | undefined
  let spare: { readonly code: string; readonly expiresAt: number } | undefined
  let underWay: Promise<Ticket> | undefined
  // What was under way when everything was forgotten is not kept.
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

  /** The back end asks for the number only once WeChat's code has held: a code that did not leaves the number's unused. */
  const exchangeTwice = async (phoneCode: string | undefined, options: CallOptions): Promise<Ticket> => {
    try {
      return await exchange(phoneCode, options)
    } catch (error) {
      if (!isOneOf(error, STALE_CODE)) throw error
      return exchange(phoneCode, options)
    }
  }

  /** Whoever needs a ticket meanwhile waits for the same one, which no page's signal takes away from the others. */
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

  /** What `use` came to with a ticket, or why no ticket holds. What else goes wrong in `use` is thrown: it is not repeated. */
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
        // The back end does need one: then what kept it from us is what to tell.
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
        // Its code is spent: only another tap brings another one.
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
/** A ticket is invalid, too, once the key that signed it was exchanged for another one. */
const STALE_TICKET = ['ticket_expired', 'ticket_invalid'] as const

function isGood<T extends { readonly expiresAt: number }>(kept: T | undefined): kept is T {
  return kept !== undefined && kept.expiresAt > Date.now()
}
