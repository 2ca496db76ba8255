/**
 * The back end's contract. Generated from `openapi.json` by `npm run contract`: do not edit, a test compares them.
 */

/** What `DELETE /account` is sent. */
export interface DeleteAccountRequest {
  /** A ticket of `/exchange-code`. */
  readonly ticket: string
}

/** What `GET /account` answers. */
export interface AccountAnswer {
  /** When the account was made (RFC 3339). */
  readonly createdAt?: string
  /** The account's number, masked: `+86138****8000`. An account may have none. */
  readonly phoneNumber?: string
  /** When the person last logged in with a code or one tap (RFC 3339). Logins within a day of it are not recorded. */
  readonly provedAt?: string
  /** The account; the token's `sub`. */
  readonly userId: string
}

/** What `POST /exchange-code` is sent. */
export interface ExchangeCodeRequest {
  /** The mini program's AppID; needed only if the deployment has several. */
  readonly appId?: string | null
  /** The code from `uni.login` or `wx.login`; valid for five minutes, once. */
  readonly code: string
  /** The code from the button `getPhoneNumber`; valid for five minutes, once. The ticket then carries the number. */
  readonly phoneCode?: string | null
}

/** What `POST /exchange-code` answers. */
export interface ExchangeCodeAnswer {
  /** Seconds until the ticket expires. */
  readonly expiresIn: number
  /** The person within this mini program. An identifier, not a secret. */
  readonly openid: string
  /** The person's number, masked (`+86138****8000`), if the request had a `phoneCode`. The ticket holds the whole number. */
  readonly phoneNumber?: string
  /** Proves the openid to `/login` and `/send-code`. */
  readonly ticket: string
  /** The person's id in all apps of the mini program's Open Platform account; absent without such an account. */
  readonly unionid?: string
}

/** What `POST /login` is sent. */
export interface LoginRequest {
  /** If present, it must be the ticket's. */
  readonly openid?: string | null
  /** The number that the code was sent to. Leave it and `verifyCode` out if the ticket carries the number. */
  readonly phoneNumber?: string | null
  /** The ticket of `/exchange-code`. */
  readonly ticket: string
  /** The six digits. */
  readonly verifyCode?: string | null
}

/** What `POST /login` answers. */
export interface LoginAnswer {
  /** Seconds until the token expires. */
  readonly expiresIn: number
  /** Whether this login created the account. */
  readonly isNewUser: boolean
  /** A JWT for the openid and its account; the keys at `/.well-known/jwks.json` verify it. */
  readonly token: string
  /** Always `Bearer`. */
  readonly tokenType: string
  /** The account; the token's `sub`. */
  readonly userId: string
}

/** What `POST /logout` is sent. */
export interface LogoutRequest {
  /** `true` logs out all openids of the account. */
  readonly everywhere?: boolean | null
}

/** What `POST /renew` is sent. */
export interface RenewRequest {
  /** A ticket of `/exchange-code`. */
  readonly ticket: string
}

/** What `POST /renew` answers. */
export interface RenewAnswer {
  /** Seconds until the token expires. */
  readonly expiresIn: number
  /** A JWT like that of a login. */
  readonly token: string
  /** Always `Bearer`. */
  readonly tokenType: string
  /** The account; the token's `sub`. */
  readonly userId: string
}

/** What `POST /send-code` is sent. */
export interface SendCodeRequest {
  /** As people write it, also in full-width digits, or in E.164. */
  readonly phoneNumber: string
  /** A ticket of `/exchange-code`; required if the deployment sets `REQUIRE_TICKET`. */
  readonly ticket?: string | null
}

/** What `POST /send-code` answers. */
export interface SendCodeAnswer {
  /** Seconds until the code expires. */
  readonly expiresIn: number
  /** Seconds until the number may request another code. */
  readonly resendAfter: number
}

/** The body of a problem (RFC 9457), whatever its code. */
export interface ProblemBody {
  /** How many attempts the code has left. */
  readonly attemptsLeft?: number
  /** Stable: programs read this. */
  readonly code: string
  /** The text to show to people: in Chinese, or in English if `Accept-Language` prefers it. */
  readonly detail: string
  /** The field of the request that is missing, empty or malformed. */
  readonly field?: string
  /** The request's id, which the logs have. */
  readonly requestId: string
  /** Seconds until a retry makes sense; also the header `Retry-After`. */
  readonly retryAfter?: number
  /** The HTTP status. */
  readonly status: number
  /** What kind of problem it is, in English. */
  readonly title: string
  /** `urn:problem-type:` and the code. */
  readonly type: string
}

/** The calls by their methods and paths; `undefined` where there is no body. */
export interface Calls {
  readonly 'DELETE /account': { readonly request: DeleteAccountRequest; readonly answer: undefined }
  readonly 'GET /account': { readonly request: undefined; readonly answer: AccountAnswer }
  readonly 'POST /exchange-code': { readonly request: ExchangeCodeRequest; readonly answer: ExchangeCodeAnswer }
  readonly 'POST /login': { readonly request: LoginRequest; readonly answer: LoginAnswer }
  readonly 'POST /logout': { readonly request: LogoutRequest; readonly answer: undefined }
  readonly 'POST /renew': { readonly request: RenewRequest; readonly answer: RenewAnswer }
  readonly 'POST /send-code': { readonly request: SendCodeRequest; readonly answer: SendCodeAnswer }
}

/** The members that every answer has, and what `typeof` says of them; `undefined` for a 204. */
export const ANSWERS = {
  'DELETE /account': undefined,
  'GET /account': { userId: 'string' },
  'POST /exchange-code': { expiresIn: 'number', openid: 'string', ticket: 'string' },
  'POST /login': { expiresIn: 'number', isNewUser: 'boolean', token: 'string', tokenType: 'string', userId: 'string' },
  'POST /logout': undefined,
  'POST /renew': { expiresIn: 'number', token: 'string', tokenType: 'string', userId: 'string' },
  'POST /send-code': { expiresIn: 'number', resendAfter: 'number' },
} as const

/** Every code of a problem, and the members that come with it alone. */
export const PROBLEMS = {
  account_disabled: {},
  code_expired: {},
  code_incorrect: { attemptsLeft: 'number' },
  code_used: {},
  internal: {},
  invalid_phone_number: {},
  invalid_request: {},
  ip_limit_reached: { retryAfter: 'number' },
  login_required: {},
  method_not_allowed: {},
  not_found: {},
  openid_limit_reached: { retryAfter: 'number' },
  openid_mismatch: {},
  payload_too_large: {},
  phone_code_invalid: {},
  phone_limit_reached: { retryAfter: 'number' },
  phone_taken: {},
  resend_too_soon: { retryAfter: 'number' },
  service_unavailable: { retryAfter: 'number' },
  sms_budget_exhausted: { retryAfter: 'number' },
  sms_rejected: {},
  sms_unavailable: {},
  ticket_expired: {},
  ticket_invalid: {},
  ticket_required: {},
  token_invalid: {},
  token_required: {},
  too_many_attempts: {},
  unknown_app: {},
  unsupported_country: {},
  wechat_busy: {},
  wechat_code_invalid: {},
  wechat_code_used: {},
  wechat_misconfigured: {},
  wechat_rate_limited: {},
  wechat_unavailable: {},
  wechat_user_blocked: {},
} as const
