/**
 * A phone with uni-app: a `uni` on top of `fetch` with the platforms' quirks. Any status is a success, header names
 * have this platform's case, a problem's JSON may come as text, `fail` has an `errMsg`, and storage keeps copies.
 */

import type { RequestOptions } from '../../src/platform'

/** What the network does to a request, or what the gateway answers instead of the back end. */
export type Fault =
  | 'lose-request'
  | 'lose-answer'
  | 'not-in-domain-list'
  | 'hang'
  | { readonly status: number; readonly body: object | string; readonly header?: Readonly<Record<string, string>> }

export interface Device {
  /** The platform, by uni-app's name. */
  platform: string
  /** What `uni.login` returns, one after another; the last one stays. Without any, it fails. */
  wechatCodes: string[]
  /** How often `uni.login` was called. */
  logins: number
  /** The requested paths, in order. */
  readonly requests: string[]
  /** The answered paths. */
  readonly answers: string[]
  /** The paths of aborted requests. */
  readonly aborted: string[]
  /** The last request's headers, as given. */
  lastHeader: Record<string, string>
  /** What happens to the next requests. */
  readonly faults: (Fault | undefined)[]
  /** Rewrites the bodies of answers. */
  rewrite: (path: string, body: string) => string
  /** Whether JSON is parsed only for `application/json`. */
  problemsAsText: boolean
  readonly storage: Map<string, string>
  storageIsFull: boolean
}

export function device(): Device {
  const phone: Device = {
    platform: 'mp-weixin',
    wechatCodes: [],
    logins: 0,
    requests: [],
    answers: [],
    aborted: [],
    lastHeader: {},
    faults: [],
    rewrite: (_, body) => body,
    problemsAsText: false,
    storage: new Map(),
    storageIsFull: false,
  }

  const uni = {
    getAppBaseInfo: () => ({ uniPlatform: phone.platform }),
    login({ success, fail }: { success(answer: object): void; fail(error: object): void }) {
      phone.logins++
      const code = phone.wechatCodes.length > 1 ? phone.wechatCodes.shift() : phone.wechatCodes[0]
      queueMicrotask(() => (code ? success({ code, errMsg: 'login:ok' }) : fail({ errMsg: 'login:fail' })))
    },
    request(options: RequestOptions) {
      const controller = new AbortController()
      void send(phone, options, controller.signal)
      return { abort: () => controller.abort() }
    },
    getStorageSync(key: string): unknown {
      const text = phone.storage.get(key)
      return text === undefined ? '' : JSON.parse(text)
    },
    setStorage(options: { key: string; data: unknown; success(): void; fail(error: object): void }) {
      const text = JSON.stringify(options.data)
      setTimeout(() => {
        if (phone.storageIsFull) return options.fail({ errMsg: 'setStorage:fail exceed storage max size' })
        phone.storage.set(options.key, text)
        options.success()
      })
    },
    removeStorage(options: { key: string; success(): void }) {
      setTimeout(() => {
        phone.storage.delete(options.key)
        options.success()
      })
    },
  }
  Object.assign(globalThis, { uni })
  return phone
}

async function send(phone: Device, options: RequestOptions, aborted: AbortSignal): Promise<void> {
  const path = new URL(options.url).pathname
  phone.requests.push(path)
  phone.lastHeader = options.header
  const fault = phone.faults.shift()
  if (fault === 'not-in-domain-list') return options.fail({ errMsg: 'request:fail url not in domain list' })
  if (fault === 'lose-request') return options.fail({ errMsg: 'request:fail' })
  if (typeof fault === 'object') {
    phone.answers.push(path)
    const { status, body, header } = fault
    return options.success({ statusCode: status, data: body, header: { ...header } })
  }
  if (fault === 'hang') {
    aborted.addEventListener('abort', () => {
      phone.aborted.push(path)
      options.fail({ errMsg: 'request:fail abort' })
    })
    return
  }
  let answer: Response
  let body: string
  try {
    answer = await fetch(options.url, {
      method: options.method,
      headers: options.header,
      body: typeof options.data === 'object' ? JSON.stringify(options.data) : (options.data ?? null),
      signal: AbortSignal.any([aborted, AbortSignal.timeout(options.timeout)]),
    })
    body = phone.rewrite(path, await answer.text())
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    return options.fail({ errMsg: late ? 'request:fail timeout' : 'request:fail' })
  }
  if (fault === 'lose-answer') return options.fail({ errMsg: 'request:fail' })
  phone.answers.push(path)
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  const names = [...answer.headers].map(([name, value]) => [headerCase(name), value])
  options.success({
    statusCode: answer.status,
    data: phone.problemsAsText && !isJson ? body : json(body),
    ...{ header: Object.fromEntries(names), cookies: [], errMsg: 'request:ok' },
  })
}

function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
