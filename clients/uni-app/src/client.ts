/** The client, assembled from its parts. */

import { type Account, account } from './account'
import { type ApiRequest, api } from './api'
import { cooldown } from './cooldown'
import { clientError } from './errors'
import { line } from './http'
import { type Login, login } from './login'
import type { Options, Settings } from './options'
import { uniApp } from './platform'
import { preparing } from './prepare'
import { type Renewal, renewal } from './renewal'
import { type Session, sessions } from './session'
import { type CallOptions, within } from './signal'
import { platformLogin, wechat } from './wechat'

export interface PhoneLogin extends Login, Account, Pick<Renewal, 'renew' | 'restore'> {
  /**
   * Call it when the login page opens: it fetches a ticket and warms up the functions while the person types. Returns a
   * function that stops it; call that when the page closes.
   */
  prepare(): () => void
  /** The logged-in session; `undefined` once the token has expired: then call `renew`. */
  session(): Session | undefined
  /** Calls the app's own API with the token, renewed if needed. Returns the body of a 2xx. `login_required`: log in again. */
  request<T = unknown>(request: ApiRequest, options?: CallOptions): Promise<T>
  /** Seconds until the number can get another code. */
  cooldown(phoneNumber: string): number
  /** The number with a running cooldown, to fill in when the page opens again. */
  pendingPhoneNumber(): string | undefined
  /** Calls back with the number's cooldown, now and each second until it is 0. Returns a function that stops it. */
  watchCooldown(phoneNumber: string, tell: (seconds: number) => void): () => void
}

export function createPhoneLogin(options: Options): PhoneLogin {
  const settings = settled(options)
  const { platform, baseUrl, language } = settings
  const http = line(settings)
  const needWechat = () => {
    if (settings.getCode) return
    throw clientError({ code: 'wechat_login_failed', reason: 'not in WeChat: give the option getCode' }, language)
  }
  const getCode = async () => {
    needWechat()
    return within(settings.timeout, settings.getCode!(), 'no code in time', language)
  }
  const identity = wechat(http, { getCode, appId: settings.appId, language })
  // By back end: a token of the test system is not valid on the real one.
  const session = sessions(platform, `phone-login:session:${baseUrl}`)
  const waiting = cooldown(platform, `phone-login:cooldown:${baseUrl}`)
  const parts = { http, identity, session, settings }
  const renewing = renewal(parts)

  return {
    ...login({ ...parts, waiting, needWechat }),
    ...account({ ...parts, renewal: renewing, forgetNumber: waiting.end }),
    ...api(http, settings, renewing),
    renew: renewing.renew,
    restore: renewing.restore,
    prepare: preparing(parts),
    session: session.current,
    cooldown: waiting.left,
    pendingPhoneNumber: waiting.phoneNumber,
    watchCooldown: waiting.watch,
  }
}

function settled(options: Options): Settings {
  const { platform = uniApp, language = 'zh', timeout = 15_000 } = options
  const baseUrl = withoutSlash(options.baseUrl)
  // On other platforms, the login returns nothing or opens another app.
  const ofPlatform = platform.isWechat() ? () => platformLogin(platform, language, timeout) : undefined
  return {
    platform,
    baseUrl,
    apiBaseUrl: withoutSlash(options.apiBaseUrl ?? baseUrl),
    onLoginRequired: options.onLoginRequired ?? (() => undefined),
    requireTicket: options.requireTicket ?? false,
    language,
    timeout,
    getCode: options.getCode ?? ofPlatform,
    appId: options.appId,
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
