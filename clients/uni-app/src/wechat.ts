/** WeChat's word on who is there: `uni.login` gives a code, the back end makes a ticket of it. */

import { type Language, type PhoneLoginError, clientError, isPhoneLoginError } from './errors'
import type { Line } from './http'
import { platform } from './platform'

export interface Wechat {
  /** Runs `use` with a ticket; once more with a fresh one if the ticket, or the code behind it, was no longer good. */
  withTicket<T>(use: (ticket: string) => Promise<T>): Promise<T>
  forget(): void
}

/** A ticket that ends while the request is on its way is of no use. */
const MARGIN_MS = 10_000

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

export function wechat(line: Line, getCode: () => Promise<string>): Wechat {
  // In memory: it lives for minutes, and names whoever is logged in to WeChat now.
  let kept: { readonly ticket: string; readonly expiresAt: number } | undefined

  const exchange = async (): Promise<string> => {
    const { ticket, expiresIn } = await line.post('/exchange-code', { code: await getCode() })
    kept = { ticket, expiresAt: Date.now() + expiresIn * 1000 - MARGIN_MS }
    return ticket
  }

  return {
    async withTicket(use) {
      const ticket = kept && kept.expiresAt > Date.now() ? kept.ticket : undefined
      try {
        return await use(ticket ?? (await exchange()))
      } catch (error) {
        if (!isPhoneLoginError(error) || !isStale(error)) throw error
        kept = undefined
        return use(await exchange())
      }
    },
    forget() {
      kept = undefined
    },
  }
}

function isStale({ code }: PhoneLoginError): boolean {
  switch (code) {
    case 'ticket_expired':
    // The key that signed it was exchanged for another one.
    case 'ticket_invalid':
    case 'wechat_code_invalid':
    case 'wechat_code_used':
      return true
    default:
      return false
  }
}
