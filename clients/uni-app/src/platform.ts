/** The part of uni-app that the client stands on, and nothing else of it. */

interface Failed {
  errMsg?: string
}

export interface RequestOptions {
  url: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  data?: string | Record<string, unknown>
  header: Record<string, string>
  /** Milliseconds. */
  timeout: number
  success(answer: { statusCode: number; data: unknown }): void
  fail(error: Failed): void
}

export interface Uni {
  login(options: {
    provider: 'weixin'
    timeout: number
    success(answer: { code: string }): void
    fail(error: Failed): void
  }): unknown
  request(options: RequestOptions): unknown
  getAppBaseInfo(): object
  getStorageSync(key: string): unknown
  setStorage(options: { key: string; data: unknown; success(): void; fail(error: Failed): void }): unknown
  removeStorage(options: { key: string; success(): void; fail(error: Failed): void }): unknown
}

declare const uni: Uni

// uni-app's compiler finds `uni.name` where it is written so and puts the platform's function there: `uni` itself
// may not exist at run time.
export const platform: Uni = {
  login: (options) => uni.login(options),
  request: (options) => uni.request(options),
  getAppBaseInfo: () => uni.getAppBaseInfo(),
  getStorageSync: (key) => uni.getStorageSync(key),
  setStorage: (options) => uni.setStorage(options),
  removeStorage: (options) => uni.removeStorage(options),
}

/** Whether this is a mini program in WeChat: there `uni.login` gives, unseen, a code that the back end takes. */
export function isWechat(): boolean {
  try {
    const info: { uniPlatform?: unknown } = platform.getAppBaseInfo()
    return info.uniPlatform === 'mp-weixin'
  } catch {
    // Older than this call.
    return false
  }
}
