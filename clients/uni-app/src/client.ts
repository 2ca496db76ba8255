/** The login: a code by SMS, WeChat's word, a token, and requests that carry it. */

import type { LoginAnswer, SendCodeAnswer } from './contract'
import { cooldown } from './cooldown'
import { type Language, clientError, isPhoneLoginError } from './errors'
import { line } from './http'
import { once } from './once'
import { type PhoneNumberEvent, phoneCodeOf } from './one-tap'
import { type RequestOptions, isWechat } from './platform'
import { type Session, sessions } from './session'
import { uniLogin, wechat } from './wechat'

export interface Options {
  /** Where the back end is: `https://login.example.com`. */
  readonly baseUrl: string
  /** Where the app's own API is, which `request` calls; the token goes nowhere else. Default: `baseUrl`. */
  readonly apiBaseUrl?: string
  /**
   * Have no code sent without WeChat's ticket. Default: `false`; `sendCode` sends a ticket along where there is a WeChat to
   * vouch for the person, and goes without where none is to be had.
   */
  readonly requireTicket?: boolean
  /** The language of errors' messages. Default: `zh`. */
  readonly language?: Language
  /** Milliseconds for a request. Default: 15000; a function of the back end has 10 seconds. */
  readonly timeout?: number
  /** Where WeChat's code comes from, on platforms whose `uni.login` does not give a mini program's. */
  readonly getCode?: () => Promise<string>
  /** This mini program's AppID: only for a back end that serves several (`WECHAT_APPS`). Default: the back end's only one. */
  readonly appId?: string
}

export interface LoggedIn extends Session {
  readonly isNewUser: boolean
}

export interface ApiRequest {
  /** Begins with a slash. */
  readonly path: string
  /** Default: `GET`. */
  readonly method?: RequestOptions['method']
  readonly data?: Record<string, unknown>
  readonly header?: Readonly<Record<string, string>>
}

export interface PhoneLogin {
  /** Has a code sent to the number, and starts its cooldown. */
  sendCode(phoneNumber: string): Promise<SendCodeAnswer>
  /** Logs in with the number and the code, as whoever WeChat says is there. After a lost answer, call it again. */
  login(by: { phoneNumber: string; verifyCode: string }): Promise<LoggedIn>
  /**
   * Logs in by the event of WeChat's button `getPhoneNumber`, without an SMS. Where the button brought no number, the error
   * `phone_number_unavailable` says why, and by `useSms` whether to offer the form. After a lost answer, call it again with the
   * same event.
   */
  loginByPhoneCode(event: PhoneNumberEvent): Promise<LoggedIn>
  /** A new token without an SMS, for whom has logged in on this device. `login_required` means: log in again. */
  renew(): Promise<Session>
  /** Forgets the token, and has the back end end it, if that can be reached. */
  logout(): Promise<void>
  /** Who is logged in; `undefined` once the token has expired: then `renew`. */
  session(): Session | undefined
  /** Calls the app's own API with the token, renewed if it has expired; the body of a 2xx. `login_required` means: log in again. */
  request<T = unknown>(request: ApiRequest): Promise<T>
  /** Seconds until the number can be sent another code. */
  cooldown(phoneNumber: string): number
  /** The number whose cooldown runs: to fill the page in with when it is opened again. */
  pendingPhoneNumber(): string | undefined
  /** Tells the number's cooldown, now and each second until it is 0. Returns how to stop. */
  watchCooldown(phoneNumber: string, tell: (seconds: number) => void): () => void
}

export function createPhoneLogin(options: Options): PhoneLogin {
  const language = options.language ?? 'zh'
  const timeout = options.timeout ?? 15_000
  const baseUrl = withoutSlash(options.baseUrl)
  const apiBaseUrl = withoutSlash(options.apiBaseUrl ?? baseUrl)
  const http = line(baseUrl, language, timeout)
  const getCode = options.getCode ?? (() => uniLogin(language, timeout))
  const identity = wechat(http, { getCode, appId: options.appId, language })
  // Elsewhere `uni.login` brings nothing, or opens another app.
  const vouched = () => options.getCode !== undefined || isWechat()
  // By back end: a token of the test system is none of the real one's.
  const session = sessions(`phone-login:session:${baseUrl}`)
  const waiting = cooldown(`phone-login:cooldown:${baseUrl}`)

  const sendCode = once(async (phoneNumber: string): Promise<SendCodeAnswer> => {
    const post = (ticket?: string) => http.post('/send-code', { phoneNumber, ...(ticket && { ticket }) })
    const sent = () => {
      if (options.requireTicket) return identity.withTicket(post)
      return vouched() ? identity.withTicketIfAny(post) : post()
    }
    try {
      const { expiresIn, resendAfter } = await sent()
      await waiting.begin(phoneNumber, resendAfter)
      return { expiresIn, resendAfter }
    } catch (error) {
      // The answer to an earlier call was lost, or the app was installed anew: the cooldown runs all the same.
      if (isPhoneLoginError(error) && error.code === 'resend_too_soon') {
        await waiting.begin(phoneNumber, error.retryAfter)
      }
      throw error
    }
  })

  const entered = async ({ token, userId, expiresIn, isNewUser }: LoginAnswer): Promise<LoggedIn> => {
    const kept = { token, userId, expiresAt: Date.now() + expiresIn * 1000 }
    await session.keep(kept)
    // The number has done its work and need not lie in the storage.
    await waiting.end()
    return { ...kept, isNewUser }
  }

  const login = once(async (by: { phoneNumber: string; verifyCode: string }): Promise<LoggedIn> => {
    const { phoneNumber, verifyCode } = by
    const post = (ticket: string) => http.post('/login', { ticket, phoneNumber, verifyCode })
    return entered(await identity.withTicket(post))
  })

  const loginByNumber = once(async (phoneCode: string): Promise<LoggedIn> => {
    return entered(await identity.withNumber(phoneCode, (ticket) => http.post('/login', { ticket })))
  })

  const renew = once<void, Session>(async () => {
    const before = session.kept()
    const required = clientError({ code: 'login_required' }, language)
    if (!before) throw required
    try {
      const { token, userId, expiresIn } = await identity.withTicket((ticket) => http.post('/renew', { ticket }))
      // Another person is in WeChat now.
      if (userId !== before.userId) throw required
      const renewed = { token, userId, expiresAt: Date.now() + expiresIn * 1000 }
      if (session.kept()?.token === before.token) await session.keep(renewed)
    } catch (error) {
      if (!isPhoneLoginError(error) || error.code !== 'login_required') throw error
      await session.forget(before.token)
    }
    // Somebody may have logged in, or out, meanwhile.
    const current = session.current()
    if (!current) throw required
    return current
  })

  return {
    sendCode,
    login,
    async loginByPhoneCode(event) {
      return loginByNumber(phoneCodeOf(event, language))
    },
    renew,
    async logout() {
      const kept = session.kept()
      const expired = !session.current()
      identity.forget()
      await session.forget()
      if (!kept) return
      try {
        // The back end takes a token that is good: what has expired here can be renewed there until the person logs out.
        const good = expired ? await identity.withTicket((ticket) => http.post('/renew', { ticket })) : kept
        if (good.userId !== kept.userId) return
        const header = { authorization: `Bearer ${good.token}` }
        await http.send({ url: `${baseUrl}/logout`, method: 'POST', header })
      } catch (error) {
        // Here the token is gone in any case; there it ends by itself.
        if (!isPhoneLoginError(error)) throw error
      }
    },
    session: session.current,
    async request<T>({ path, method = 'GET', data, header }: ApiRequest): Promise<T> {
      if (!path.startsWith('/')) throw new TypeError(`a path begins with a slash: ${path}`)
      const current = session.current() ?? (await renew())
      const authorization = { authorization: `Bearer ${current.token}` }
      const answer = await http.send({
        url: apiBaseUrl + path,
        method,
        data,
        header: { ...header, ...authorization },
      })
      if (answer.status >= 200 && answer.status < 300) return answer.data as T
      if (answer.status === 401) {
        // Unless somebody has logged in meanwhile.
        await session.forget(current.token)
        throw clientError({ code: 'login_required' }, language)
      }
      throw clientError({ code: 'request_failed', status: answer.status, data: answer.data }, language)
    },
    cooldown: waiting.left,
    pendingPhoneNumber: waiting.phoneNumber,
    watchCooldown: waiting.watch,
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
