/**
 * WeChat's `wx` as a mini program sees it: any HTTP status is a success, only the console's request domains can be
 * called, a login's code works once, storage keeps copies, and all callbacks come later.
 */

type Callbacks = {
  success?: (result: object) => void
  fail?: (error: object) => void
  complete?: (result: object) => void
}

/** What the network does to a request. */
export type Fault = 'lose-request' | 'lose-answer'

/** A phone with WeChat. It outlives the runs of the mini program. */
export interface Phone {
  /** Who is logged in to WeChat; if nobody is, `wx.login` fails. */
  person: string | undefined
  /** Codes that `wx.login` returns before it makes up its own. */
  readonly codes: string[]
  readonly storage: Map<string, string>
  /** What happens to the next requests. */
  readonly faults: (Fault | undefined)[]
  /** The requested paths. */
  readonly requests: string[]
  /** The phone number of the WeChat account. */
  number: string
  /** The result of the button `getPhoneNumber`. */
  button: 'allowed' | 'denied' | 'cancelled' | 'no-quota' | 'not-declared' | 'privacy-refused'
  /** Whether WeChat knows that the person has agreed to the privacy guidelines of the mini program. */
  agreed: boolean
  /** How often WeChat's page with these guidelines was opened. */
  guidelinesRead: number
  /** How often the button returned a number: each costs money. */
  paid: number
  /** The console's "request 合法域名". */
  readonly requestDomains: readonly string[]
}

export function phone(person: string, requestDomains: string[]): Phone {
  const button = { number: '13600137000', button: 'allowed', agreed: false, guidelinesRead: 0, paid: 0 } as const
  return { person, ...button, codes: [], storage: new Map(), faults: [], requests: [], requestDomains }
}

let logins = 0

/** The event of the button `getPhoneNumber`. */
export function phoneNumberDetail(phone: Phone): object {
  const fail = (why: string, errno: number) => ({ errMsg: `getPhoneNumber:fail ${why}`, errno })
  if (phone.button === 'not-declared') return fail('api scope is not declared in the privacy agreement', 112)
  if (!phone.agreed || phone.button === 'privacy-refused') return fail('privacy permission is not authorized', 104)
  if (phone.button === 'no-quota') return fail('jsapi has no quota', 1400001)
  if (phone.button === 'denied') return fail('user deny', 103)
  if (phone.button === 'cancelled') return { errMsg: 'getPhoneNumber:fail user cancel' }
  phone.paid++
  return { errMsg: 'getPhoneNumber:ok', code: `${phone.number}-${++logins}` }
}

export function wx(phone: Phone, navigation: Record<string, (options: { url: string }) => void>): object {
  const info = {
    SDKVersion: '3.8.0',
    appVersion: '8.0.60',
    brand: 'devtools',
    deviceId: '1',
    devicePixelRatio: 3,
    fontSizeSetting: 16,
    language: 'zh_CN',
    model: 'iPhone 15',
    pixelRatio: 3,
    platform: 'ios',
    safeArea: { top: 47, bottom: 810, left: 0, right: 390, width: 390, height: 763 },
    screenHeight: 844,
    screenWidth: 390,
    statusBarHeight: 47,
    system: 'iOS 18.0',
    theme: 'light',
    version: '8.0.60',
    windowHeight: 753,
    windowWidth: 390,
  }
  const launch = { path: 'pages/login/login', scene: 1001, query: {}, referrerInfo: {} }
  return {
    getSystemInfoSync: () => ({ ...info }),
    getAppBaseInfo: () => ({ ...info }),
    getDeviceInfo: () => ({ ...info }),
    getWindowInfo: () => ({ ...info }),
    getLaunchOptionsSync: () => ({ ...launch }),
    getEnterOptionsSync: () => ({ ...launch }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0000000000000000', envVersion: 'release' } }),
    onAppShow() {},
    onAppHide() {},
    canIUse: () => true,

    login(options: Callbacks) {
      if (!phone.person) return later(options, 'login:fail', false)
      const code = phone.codes.shift() ?? `${phone.person}-${++logins}`
      later(options, 'login:ok', true, { code })
    },
    request(options: Callbacks & RequestOptions) {
      void request(phone, options)
      return { abort() {} }
    },
    getStorageSync(key: string): unknown {
      const text = phone.storage.get(key)
      return text === undefined ? '' : JSON.parse(text)
    },
    setStorage(options: Callbacks & { key: string; data: unknown }) {
      phone.storage.set(options.key, JSON.stringify(options.data))
      later(options, 'setStorage:ok', true)
    },
    removeStorage(options: Callbacks & { key: string }) {
      phone.storage.delete(options.key)
      later(options, 'removeStorage:ok', true)
    },
    openPrivacyContract(options: Callbacks) {
      phone.guidelinesRead++
      later(options, 'openPrivacyContract:ok', true)
    },
    setNavigationBarTitle: (options: Callbacks) => later(options, 'setNavigationBarTitle:ok', true),
    ...Object.fromEntries(
      Object.entries(navigation).map(([name, go]) => [
        name,
        (options: Callbacks & { url: string }) => {
          setTimeout(() => go(options))
          later(options, `${name}:ok`, true)
        },
      ]),
    ),
  }
}

interface RequestOptions {
  url: string
  method?: string
  data?: unknown
  header?: Record<string, string>
  timeout?: number
  dataType?: string
}

async function request(phone: Phone, options: Callbacks & RequestOptions): Promise<void> {
  const url = new URL(options.url)
  if (!phone.requestDomains.includes(url.origin)) {
    return later(options, 'request:fail url not in domain list', false, { errno: 600002 })
  }
  phone.requests.push(url.pathname)
  const fault = phone.faults.shift()
  if (fault === 'lose-request') return later(options, 'request:fail', false, { errno: 600001 })
  const header = { 'content-type': 'application/json', ...lowerCase(options.header) }
  try {
    const answer = await fetch(url, {
      method: options.method ?? 'GET',
      headers: header,
      body: typeof options.data === 'string' ? options.data : JSON.stringify(options.data),
      signal: AbortSignal.timeout(options.timeout ?? 60_000),
    })
    const text = await answer.text()
    if (fault === 'lose-answer') return later(options, 'request:fail', false, { errno: 600001 })
    later(options, 'request:ok', true, {
      statusCode: answer.status,
      data: options.dataType === undefined || options.dataType === 'json' ? json(text) : text,
      header: Object.fromEntries([...answer.headers].map(([name, value]) => [capitals(name), value])),
      cookies: [],
    })
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    later(options, late ? 'request:fail timeout' : 'request:fail', false, { errno: late ? 5 : 600001 })
  }
}

function later(options: Callbacks, errMsg: string, succeeds: boolean, result: object = {}): void {
  setTimeout(() => {
    const answer = { ...result, errMsg }
    if (succeeds) options.success?.(answer)
    else options.fail?.(answer)
    options.complete?.(answer)
  })
}

function lowerCase(header: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
}

function capitals(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
