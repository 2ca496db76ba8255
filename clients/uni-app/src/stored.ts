/** One stored value that outlives the page and the app. */

import type { Platform } from './platform'

export interface Stored<T> {
  read(): T | undefined
  write(value: T | undefined): Promise<void>
}

/** `check` decides whether the stored data is valid: another version may have written it. */
export function stored<T>(platform: Platform, key: string, check: (data: unknown) => data is T): Stored<T> {
  let value: T | undefined
  let loaded = false

  return {
    read() {
      if (!loaded) {
        const data = found(platform, key)
        value = check(data) ? data : undefined
        loaded = true
      }
      return value
    },
    write(next) {
      value = next
      loaded = true
      // If the storage is full, the value lasts only for this run.
      return new Promise((resolve) => {
        const options = { key, success: resolve, fail: () => resolve() }
        if (next === undefined) platform.removeStorage(options)
        else platform.setStorage({ ...options, data: next })
      })
    },
  }
}

/** `getStorageSync` returns an empty string for nothing, and throws if the storage is broken. */
function found(platform: Platform, key: string): unknown {
  try {
    return platform.getStorageSync(key)
  } catch {
    return undefined
  }
}
