/** The platform calls that the client needs; WeChat, uni-app and Taro share their names. */

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
  /** Returns an object with `abort()`. */
  request(options: RequestOptions): unknown
  getStorageSync(key: string): unknown
  setStorage(options: { key: string; data: unknown; success(): void; fail(error: Failed): void }): unknown
  removeStorage(options: { key: string; success(): void; fail(error: Failed): void }): unknown
  /** Whether `login` silently returns a code of a WeChat mini program: the back end accepts no other. */
  isWechat(): boolean
}

/** The parts of `wx`, `Taro` and `uni` that the client needs. */
export type Api = Omit<Platform, 'isWechat'>

declare const uni: Api & { getAppBaseInfo(): object }

/** uni-app, for Vue 2 and Vue 3: the default. */
// uni-app's compiler replaces literal `uni.name` with the platform's function: `uni` itself may not exist
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
      // An older uni-app without this call: outside WeChat, `login` fails itself.
      return true
    }
  },
}

/** A mini program without a framework: `miniProgram(wx)`. */
export function miniProgram(wx: Api): Platform {
  return { ...bound(wx), isWechat: () => true }
}

/** Taro: `taro(Taro)`, where `Taro` is the default export of `@tarojs/taro`. */
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

/** Taro also returns a promise, which would reject unhandled after `fail` has reported the failure. */
function quiet(task: unknown): unknown {
  Promise.resolve(task).catch(() => undefined)
  return task
}
