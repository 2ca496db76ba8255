/** What the client throws: a problem from the back end, or a failure of the client. */

import type { Problem } from './problems'

/** The languages of messages for people. */
export type Language = 'zh' | 'en'

/**
 * Why WeChat's button returned no number: the mini program's paid quota is used up; its owner may not use the button, or has not
 * declared the number in the console; the person has not agreed to the privacy guidelines, refused, or closed the sheet.
 */
export type PhoneNumberRefusal = 'no_quota' | 'not_permitted' | 'privacy_not_agreed' | 'denied' | 'cancelled' | 'failed'

/** Failures without a problem from the back end. */
export type ClientFailure =
  /** No answer: the request may have been carried out anyway. It is safe to retry. */
  | { readonly code: 'network_failed' | 'timed_out'; readonly reason: string }
  /** An answer that is not in the contract: from a proxy or a newer back end, for example. */
  | { readonly code: 'unexpected_answer'; readonly status: number; readonly data: unknown }
  /** The call was aborted by its signal. */
  | { readonly code: 'aborted' }
  /** The gateway in front of the back end throttles requests. `retryAfter` in seconds, if known. */
  | { readonly code: 'throttled'; readonly status: number; readonly retryAfter?: number }
  /** The gateway got no answer from the back end, which is overloaded or too slow. */
  | { readonly code: 'gateway_unavailable'; readonly status: number; readonly retryAfter?: number }
  /** The platform's login returned no code. */
  | { readonly code: 'wechat_login_failed'; readonly reason: string }
  /** There is no token, it cannot be renewed, or the API refuses it (401): log in again. */
  | { readonly code: 'login_required' }
  /** WeChat's button returned no number. `useSms`: show the form by SMS now. */
  | {
      readonly code: 'phone_number_unavailable'
      readonly why: PhoneNumberRefusal
      readonly useSms: boolean
      readonly reason: string
    }
  /** The API that `request` called answered with a status other than 2xx. */
  | { readonly code: 'request_failed'; readonly status: number; readonly data: unknown }

/** Switch over `code`: it determines the other members. `message` is for people. */
export type PhoneLoginError = Error & (Problem | ClientFailure)

type Text = Readonly<Record<Language, string>>

const TEXTS: Readonly<Record<Exclude<ClientFailure['code'], 'phone_number_unavailable'>, Text>> = {
  network_failed: {
    zh: '网络连接失败，请检查网络后重试。',
    en: 'No connection. Please check the network and try again.',
  },
  timed_out: {
    zh: '网络超时，请重试。',
    en: 'The network took too long. Please try again.',
  },
  unexpected_answer: {
    zh: '服务异常，请稍后重试。',
    en: 'The service gave an unexpected answer. Please try again later.',
  },
  aborted: {
    zh: '已取消。',
    en: 'Cancelled.',
  },
  throttled: {
    zh: '访问人数过多，请稍后重试。',
    en: 'Too many people are here right now. Please try again in a moment.',
  },
  gateway_unavailable: {
    zh: '服务繁忙，请稍后重试。',
    en: 'The service is busy. Please try again in a moment.',
  },
  wechat_login_failed: {
    zh: '微信登录失败，请重试。',
    en: 'WeChat could not log you in. Please try again.',
  },
  login_required: {
    zh: '请先登录。',
    en: 'Please log in.',
  },
  request_failed: {
    zh: '请求失败，请稍后重试。',
    en: 'The request failed. Please try again later.',
  },
}

const REFUSALS: Readonly<Record<PhoneNumberRefusal, Text>> = {
  no_quota: {
    zh: '暂时无法一键登录，请使用短信验证码登录。',
    en: 'Login by one tap is not available now. Please log in by SMS.',
  },
  not_permitted: {
    zh: '暂时无法一键登录，请使用短信验证码登录。',
    en: 'Login by one tap is not available now. Please log in by SMS.',
  },
  privacy_not_agreed: {
    zh: '同意隐私保护指引后才能一键登录，也可以使用短信验证码登录。',
    en: 'Please agree to the privacy guidelines to log in by one tap, or log in by SMS.',
  },
  denied: {
    zh: '没有得到手机号授权，请使用短信验证码登录。',
    en: 'You did not allow the use of your number. Please log in by SMS.',
  },
  cancelled: {
    zh: '已取消一键登录。',
    en: 'You cancelled the login by one tap.',
  },
  failed: {
    zh: '没有取得手机号，请使用短信验证码登录。',
    en: 'WeChat did not give the number. Please log in by SMS.',
  },
}

const NAME = 'PhoneLoginError'

export function problemError(problem: Problem): PhoneLoginError {
  return Object.assign(new Error(problem.detail), { name: NAME }, problem)
}

export function clientError(failure: ClientFailure, language: Language): PhoneLoginError {
  const text = failure.code === 'phone_number_unavailable' ? REFUSALS[failure.why] : TEXTS[failure.code]
  return Object.assign(new Error(text[language]), { name: NAME }, failure)
}

/** Whether this client threw it. Compares names, since a mini program's bundle may contain a class twice. */
export function isPhoneLoginError(error: unknown): error is PhoneLoginError {
  return error instanceof Error && error.name === NAME
}

/** Whether this client threw it with one of these codes. */
export function isOneOf<C extends PhoneLoginError['code']>(
  error: unknown,
  codes: readonly C[],
): error is Extract<PhoneLoginError, { readonly code: C }> {
  return isPhoneLoginError(error) && (codes as readonly string[]).includes(error.code)
}
