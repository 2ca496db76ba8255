/** How a call is given up: by its page, or by time. Mini programs have no `AbortController`. */

import { type Language, clientError } from './errors'

/** A browser's `AbortSignal` is one, too. */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface CallOptions {
  /** Ends the call with the error `aborted`. What has reached the back end by then is carried out all the same. */
  readonly signal?: Signal | undefined
  /** Milliseconds for each request of this call. Default: the client's. */
  readonly timeout?: number | undefined
}

/** As `AbortController`, where the platform has none. */
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

/** The promise, unless the signal comes first; what the promise stands for goes on. */
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
