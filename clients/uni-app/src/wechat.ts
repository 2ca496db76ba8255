/** WeChat's word on who is there: `uni.login` gives a code, the back end makes a ticket of it. */

import { type Language, type PhoneLoginError, clientError, isPhoneLoginError } from './errors'
import type { Line } from './http'
import { platform } from './platform'

export interface Wechat {
  /** Runs `use` with a ticket; once more with a fresh one if the ticket, or the code behind it, was no longer good. */
  withTicket<T>(use: (ticket: string) => Promise<T>): Promise<T>
  /** The same, and without a ticket where there is none to be had in a few seconds: `use` then says whether it needs one. */
  withTicketIfAny<T>(use: (ticket?: string) => Promise<T>): Promise<T>
  /**
   * Runs `use` with a ticket that carries the number of the button's code. That code works once: the ticket is kept, so that
   * `use` can be repeated with the same code after a lost answer.
   */
  withNumber<T>(phoneCode: string, use: (ticket: string) => Promise<T>): Promise<T>
  forget(): void
}

interface Kept {
  readonly ticket: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A ticket that ends while the request is on its way is of no use. */
const MARGIN_MS = 10_000

/** Nobody waits longer than this for a ticket that they may not need. */
const PATIENCE_MS = 3_000

/** `uni.login`, as a promise. */
export function uniLogin(language: Language, timeout: number): Promise<string> {
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

export interface WechatOptions {
  readonly getCode: () => Promise<string>
  /** The mini program, for back ends that serve several. */
  readonly appId?: string | undefined
  readonly language: Language
}

export function wechat(line: Line, { getCode, appId, language }: WechatOptions): Wechat {
  // In memory: they live for minutes, and name whoever is logged in to WeChat now.
  let kept: Kept | undefined
  let numbered: (Kept & { readonly phoneCode: string }) | undefined

  const exchange = async (phoneCode?: string): Promise<Kept> => {
    const by = { ...(phoneCode && { phoneCode }), ...(appId && { appId }) }
    const { ticket, expiresIn } = await line.post('/exchange-code', { code: await getCode(), ...by })
    return { ticket, expiresAt: Date.now() + expiresIn * 1000 - MARGIN_MS }
  }

  /** The back end asks for the number only once WeChat's code has held: a code that did not leaves the number's unused. */
  const exchangeTwice = async (phoneCode?: string): Promise<Kept> => {
    try {
      return await exchange(phoneCode)
    } catch (error) {
      if (!isOneOf(error, STALE_CODE)) throw error
      return exchange(phoneCode)
    }
  }

  const fresh = async (): Promise<string> => (kept = await exchange()).ticket

  const current = async (): Promise<string> => {
    if (!isGood(kept)) kept = await exchangeTwice()
    return kept.ticket
  }

  /** What `use` came to with a ticket, or why no ticket holds. What else goes wrong in `use` is thrown: it is not repeated. */
  const attempt = async <T>(
    use: (ticket: string) => Promise<T>,
    patience?: number,
  ): Promise<{ readonly done: T } | { readonly failure: unknown }> => {
    let failure: unknown
    for (const ticket of [current, fresh]) {
      let found: string
      try {
        found = await (patience ? within(patience, ticket(), language) : ticket())
      } catch (error) {
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
    async withTicket(use) {
      const outcome = await attempt(use)
      if ('done' in outcome) return outcome.done
      throw outcome.failure
    },
    async withTicketIfAny(use) {
      const outcome = await attempt(use, PATIENCE_MS)
      if ('done' in outcome) return outcome.done
      try {
        return await use()
      } catch (error) {
        // The back end does need one: then what kept it from us is what to tell.
        throw isOneOf(error, ['ticket_required']) ? outcome.failure : error
      }
    },
    async withNumber(phoneCode, use) {
      if (numbered?.phoneCode !== phoneCode || !isGood(numbered)) {
        numbered = { phoneCode, ...(await exchangeTwice(phoneCode)) }
      }
      try {
        return await use(numbered.ticket)
      } catch (error) {
        // Its code is spent: only another tap brings another one.
        if (isOneOf(error, STALE_TICKET)) numbered = undefined
        throw error
      }
    },
    forget() {
      kept = undefined
      numbered = undefined
    },
  }
}

const STALE_CODE = ['wechat_code_invalid', 'wechat_code_used'] as const
/** A ticket is invalid, too, once the key that signed it was exchanged for another one. */
const STALE_TICKET = ['ticket_expired', 'ticket_invalid'] as const

function isGood(kept: Kept | undefined): kept is Kept {
  return kept !== undefined && kept.expiresAt > Date.now()
}

function isOneOf(error: unknown, codes: readonly PhoneLoginError['code'][]): boolean {
  return isPhoneLoginError(error) && codes.includes(error.code)
}

function within<T>(milliseconds: number, promise: Promise<T>, language: Language): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(clientError({ code: 'timed_out', reason: 'no ticket in time' }, language))
    const timer = setTimeout(late, milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
