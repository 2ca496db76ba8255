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
  getStorageSync: (key) => uni.getStorageSync(key),
  setStorage: (options) => uni.setStorage(options),
  removeStorage: (options) => uni.removeStorage(options),
}
