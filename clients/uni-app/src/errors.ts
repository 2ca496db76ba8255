/** What the client throws: a problem of the back end, or a failure on this side of the line. */

import type { Problem } from './problems'

/** The languages that the back end and this client speak to a person. */
export type Language = 'zh' | 'en'

/** What went wrong without an answer of the contract. */
export type ClientFailure =
  /** No answer: the request may have been carried out all the same. Trying again is safe. */
  | { readonly code: 'network_failed' | 'timed_out'; readonly reason: string }
  /** An answer that is not the contract's: of a proxy, say, or of a newer back end. */
  | { readonly code: 'unexpected_answer'; readonly status: number; readonly data: unknown }
  /** The platform's login gave no code. */
  | { readonly code: 'wechat_login_failed'; readonly reason: string }
  /** There is no token, it cannot be renewed, or the API does not take it (401): log in again. */
  | { readonly code: 'login_required' }
  /** The API that `request` called answered with another status than 2xx. */
  | { readonly code: 'request_failed'; readonly status: number; readonly data: unknown }

/** Switch over `code`: it says which members there are. `message` is meant for a person. */
export type PhoneLoginError = Error & (Problem | ClientFailure)

const TEXTS: Readonly<Record<ClientFailure['code'], Readonly<Record<Language, string>>>> = {
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

const NAME = 'PhoneLoginError'

export function problemError(problem: Problem): PhoneLoginError {
  return Object.assign(new Error(problem.detail), { name: NAME }, problem)
}

export function clientError(failure: ClientFailure, language: Language): PhoneLoginError {
  return Object.assign(new Error(TEXTS[failure.code][language]), { name: NAME }, failure)
}

/** Whether this client threw it. By name: a mini program's bundle may hold a class twice. */
export function isPhoneLoginError(error: unknown): error is PhoneLoginError {
  return error instanceof Error && error.name === NAME
}
