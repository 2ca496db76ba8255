/** What an app says of itself once, when it makes its client. */

import type { Language } from './errors'
import type { Platform } from './platform'

export interface Options {
  /** Where the back end is: `https://login.example.com`. */
  readonly baseUrl: string
  /** Where the app's own API is, which `request` calls; the token goes nowhere else. Default: `baseUrl`. */
  readonly apiBaseUrl?: string
  /** What the app is made with: `miniProgram(wx)`, `taro(Taro)`. Default: uni-app. */
  readonly platform?: Platform
  /**
   * Called where the person has to log in again, once for all the calls that found it out together: the place to open the
   * login page. Each of them fails with `login_required`, too.
   */
  readonly onLoginRequired?: () => void
  /**
   * Have no code sent without WeChat's ticket. Default: `false`; `sendCode` sends a ticket along, and goes without where WeChat
   * does not answer.
   */
  readonly requireTicket?: boolean
  /** The language of errors' messages. Default: `zh`. */
  readonly language?: Language
  /** Milliseconds for a request. Default: 15000; a function of the back end has 10 seconds. */
  readonly timeout?: number
  /** Where WeChat's code comes from, on platforms whose login does not give a mini program's. */
  readonly getCode?: () => Promise<string>
  /** This mini program's AppID: only for a back end that serves several (`WECHAT_APPS`). Default: the back end's only one. */
  readonly appId?: string
}

/** What the parts of the client share. */
export interface Settings {
  readonly platform: Platform
  readonly baseUrl: string
  readonly apiBaseUrl: string
  readonly onLoginRequired: () => void
  readonly requireTicket: boolean
  readonly language: Language
  /** Milliseconds. */
  readonly timeout: number
  /** WeChat's code; `undefined` where there is nobody to give one. */
  readonly getCode: (() => Promise<string>) | undefined
  readonly appId: string | undefined
}
