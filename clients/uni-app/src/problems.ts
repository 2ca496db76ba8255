/**
 * The back end's problems (RFC 9457): every `code` of its contract and the members that come with it.
 * A test compares the codes with the back end's own catalogue.
 */

/** Limits: the answer says in how many seconds to come back. */
export const LIMIT_CODES = [
  'resend_too_soon',
  'phone_limit_reached',
  'ip_limit_reached',
  'openid_limit_reached',
  'sms_budget_exhausted',
] as const

/** Problems without further members. */
export const PLAIN_CODES = [
  'invalid_request',
  'invalid_phone_number',
  'unsupported_country',
  'payload_too_large',
  'not_found',
  'method_not_allowed',
  'sms_rejected',
  'sms_unavailable',
  'wechat_code_invalid',
  'wechat_code_used',
  'wechat_user_blocked',
  'wechat_rate_limited',
  'wechat_busy',
  'wechat_unavailable',
  'wechat_misconfigured',
  'ticket_required',
  'ticket_invalid',
  'ticket_expired',
  'openid_mismatch',
  'code_expired',
  'code_used',
  'too_many_attempts',
  'phone_taken',
  'service_unavailable',
  'internal',
] as const

export type LimitCode = (typeof LIMIT_CODES)[number]
export type PlainCode = (typeof PLAIN_CODES)[number]
export type ProblemCode = LimitCode | PlainCode | 'code_incorrect'

interface Members {
  /** The HTTP status. */
  readonly status: number
  /** For a person: Chinese, or English where the client asks for it. */
  readonly detail: string
  /** To be told to whoever runs the back end: its logs have it. */
  readonly requestId: string | undefined
}

export interface LimitProblem extends Members {
  readonly code: LimitCode
  /** Seconds. */
  readonly retryAfter: number
}

export interface IncorrectCodeProblem extends Members {
  readonly code: 'code_incorrect'
  readonly attemptsLeft: number
}

export interface PlainProblem extends Members {
  readonly code: PlainCode
}

export type Problem = LimitProblem | IncorrectCodeProblem | PlainProblem

/** Reads the body of an answer; `undefined` if it is no problem of the contract. */
export function readProblem(status: number, body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { code, detail, requestId, retryAfter, attemptsLeft } = body as Readonly<Record<string, unknown>>
  if (typeof code !== 'string' || typeof detail !== 'string') return undefined
  const members = { status, detail, requestId: typeof requestId === 'string' ? requestId : undefined }
  if (code === 'code_incorrect') {
    return typeof attemptsLeft === 'number' ? { ...members, code, attemptsLeft } : undefined
  }
  if (isOneOf(LIMIT_CODES, code)) {
    return typeof retryAfter === 'number' ? { ...members, code, retryAfter } : undefined
  }
  return isOneOf(PLAIN_CODES, code) ? { ...members, code } : undefined
}

function isOneOf<T extends string>(codes: readonly T[], code: string): code is T {
  return (codes as readonly string[]).includes(code)
}
