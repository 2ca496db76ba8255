/** What the client stands on: a few calls that WeChat has, and uni-app and Taro by the same names. */

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
  success(answer: { statusCode: number; data: unknown; header?: unknown }): void
  fail(error: Failed): void
}

export interface Platform {
  login(options: {
    provider: 'weixin'
    timeout: number
    success(answer: { code: string }): void
    fail(error: Failed): void
  }): unknown
  /** Answers something with `abort()`. */
  request(options: RequestOptions): unknown
  getStorageSync(key: string): unknown
  setStorage(options: { key: string; data: unknown; success(): void; fail(error: Failed): void }): unknown
  removeStorage(options: { key: string; success(): void; fail(error: Failed): void }): unknown
  /** Whether `login` gives, unseen, a code of a WeChat mini program: the back end takes no other. */
  isWechat(): boolean
}

/** `wx`, `Taro` and `uni` as far as the client needs them. */
export type Api = Omit<Platform, 'isWechat'>

declare const uni: Api & { getAppBaseInfo(): object }

/** uni-app, of Vue 2 and of Vue 3: the default. */
// Its compiler finds `uni.name` where it is written so and puts the platform's function there: `uni` itself may not exist
// at run time.
export const uniApp: Platform = {
  login: (options) => uni.login(options),
  request: (options) => uni.request(options),
  getStorageSync: (key) => uni.getStorageSync(key),
  setStorage: (options) => uni.setStorage(options),
  removeStorage: (options) => uni.removeStorage(options),
  isWechat() {
    try {
      const { uniPlatform = 'mp-weixin' }: { uniPlatform?: unknown } = uni.getAppBaseInfo()
      return uniPlatform === 'mp-weixin'
    } catch {
      // A uni-app from before this call: where it is no WeChat, `login` says so.
      return true
    }
  },
}

/** A mini program without a framework: `miniProgram(wx)`. */
export function miniProgram(wx: Api): Platform {
  return { ...bound(wx), isWechat: () => true }
}

/** Taro: `taro(Taro)`, where `Taro` is what `@tarojs/taro` exports. */
export function taro(Taro: Api & { getEnv(): string }): Platform {
  return { ...bound(Taro), isWechat: () => Taro.getEnv() === 'WEAPP' }
}

function bound(api: Api): Api {
  return {
    login: (options) => quiet(api.login(options)),
    request: (options) => quiet(api.request(options)),
    getStorageSync: (key) => api.getStorageSync(key),
    setStorage: (options) => quiet(api.setStorage(options)),
    removeStorage: (options) => quiet(api.removeStorage(options)),
  }
}

/** Taro answers a promise, too, and a failure that was told by `fail` would be an unhandled rejection. */
function quiet(task: unknown): unknown {
  Promise.resolve(task).catch(() => undefined)
  return task
}
