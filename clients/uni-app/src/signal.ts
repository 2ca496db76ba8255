/** Aborting calls: by the page, or after a time. Mini programs have no `AbortController`. */

import { type Language, clientError } from './errors'

/** A browser's `AbortSignal` fits, too. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface CallOptions {
  /** Ends the call with the error `aborted`. What has already reached the back end is carried out anyway. */
  readonly signal?: Signal | undefined
  /** Time limit of each request of this call in milliseconds. Default: the client's. */
  readonly timeout?: number | undefined
}

/** Like `AbortController`, for platforms without one. */
export interface Aborter {
  readonly signal: Signal
  abort(): void
}

export function aborter(): Aborter {
  let aborted = false
  const listeners = new Set<() => void>()
  return {
    signal: {
      get aborted() {
        return aborted
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    },
    abort() {
      aborted = true
      for (const listener of [...listeners]) listener()
    },
  }
}

/** The promise, unless the signal comes first; the work behind the promise continues. */
export function unlessAborted<T>(promise: Promise<T>, signal: Signal | undefined, language: Language): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = () => reject(clientError({ code: 'aborted' }, language))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** The promise, unless it takes longer. */
export function within<T>(milliseconds: number, promise: Promise<T>, reason: string, language: Language): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(clientError({ code: 'timed_out', reason }, language))
    const timer = setTimeout(late, milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

export function pause(milliseconds: number, signal: Signal | undefined, language: Language): Promise<void> {
  let timer: ReturnType<typeof setTimeout>
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  return unlessAborted(over, signal, language).finally(() => clearTimeout(timer))
}
