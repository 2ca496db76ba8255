/** The options of an app's client. */

import type { Language } from './errors'
import type { Platform } from './platform'

export interface Options {
  /** The back end's address: `https://login.example.com`. */
  readonly baseUrl: string
  /** The address of the app's own API, which `request` calls; the token is sent nowhere else. Default: `baseUrl`. */
  readonly apiBaseUrl?: string
  /** The app's framework: `miniProgram(wx)`, `taro(Taro)`. Default: uni-app. */
  readonly platform?: Platform
  /**
   * Called when the person has to log in again, once for all calls that find this out at the same time: open the login page
   * here. Each of these calls also fails with `login_required`.
   */
  readonly onLoginRequired?: () => void
  /**
   * Never send a code without WeChat's ticket. Default: `false`, where `sendCode` sends a ticket if WeChat answers, and none
   * otherwise.
   */
  readonly requireTicket?: boolean
  /** The language of errors' messages. Default: `zh`. */
  readonly language?: Language
  /** Time limit of a request in milliseconds. Default: 15000; a function of the back end has 10 seconds. */
  readonly timeout?: number
  /** Returns WeChat's code, on platforms whose own login does not return a mini program's code. */
  readonly getCode?: () => Promise<string>
  /** This mini program's AppID, needed only if the back end serves several (`WECHAT_APPS`). Default: the back end's only one. */
  readonly appId?: string
}

/** What the client's parts share. */
export interface Settings {
  readonly platform: Platform
  readonly baseUrl: string
  readonly apiBaseUrl: string
  readonly onLoginRequired: () => void
  readonly requireTicket: boolean
  readonly language: Language
  /** Milliseconds. */
  readonly timeout: number
  /** Returns WeChat's code; `undefined` where nothing can. */
  readonly getCode: (() => Promise<string>) | undefined
  readonly appId: string | undefined
}
