/** Requests through the platform's `request`, with workarounds for its quirks. */

import { ANSWERS, type Calls } from './contract'
import { type Language, clientError, isOneOf, problemError } from './errors'
import type { Platform, RequestOptions } from './platform'
import { readProblem } from './problems'
import { hasMembers, isRecord } from './shape'
import { type CallOptions, pause } from './signal'

/** An answer with any status. */
export interface Answer {
  readonly status: number
  readonly data: unknown
  /** Seconds, from the header `Retry-After`. */
  readonly retryAfter: number | undefined
}

export interface Request {
  readonly url: string
  readonly method: RequestOptions['method']
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly header?: Readonly<Record<string, string>> | undefined
}

type Call = keyof Calls

export interface Line {
  /** Sends a request; resolves for any status. */
  send(request: Request, options: CallOptions): Promise<Answer>
  /** Calls the back end: returns the answer's body, or throws its problem. */
  call<C extends Call>(call: C, body: Calls[C]['request'], options: CallOptions & { token?: string }): Promise<Calls[C]['answer']>
}

export interface LineOptions {
  readonly platform: Platform
  readonly baseUrl: string
  readonly language: Language
  /** Milliseconds. */
  readonly timeout: number
}

/** Used where the gateway does not say how long to wait. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 5_000

export function line({ platform, baseUrl, language, timeout }: LineOptions): Line {
  const send = (request: Request, options: CallOptions): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { signal } = options
      let task: unknown
      const stop = () => {
        settle(() => reject(clientError({ code: 'aborted' }, language)))
        // The platform then calls `fail`, but too late.
        abort(task)
      }
      const settle = (end: () => void) => {
        signal?.removeEventListener('abort', stop)
        end()
      }
      if (signal?.aborted) return stop()
      signal?.addEventListener('abort', stop)
      const { method, data } = request
      task = platform.request({
        url: request.url,
        method,
        // Sent as text, because platforms treat objects in a DELETE differently.
        ...(data && { data: method === 'GET' ? { ...data } : JSON.stringify(data) }),
        header: {
          'content-type': 'application/json',
          'accept-language': language === 'en' ? 'en' : 'zh-CN',
          ...request.header,
        },
        // The platforms' own default is a minute.
        timeout: options.timeout ?? timeout,
        // Called for any status.
        success: ({ statusCode, data, header }) =>
          settle(() => resolve({ status: Number(statusCode), data: parsed(data), retryAfter: retryAfter(header) })),
        fail: ({ errMsg }) => {
          const reason = errMsg ?? ''
          const code = /time\s?-?out|timed out/i.test(reason) ? 'timed_out' : 'network_failed'
          settle(() => reject(clientError({ code, reason }, language)))
        },
      })
    })

  const once: Line['call'] = async (call, body, { token, ...options }) => {
    const [method, path] = call.split(' ') as [RequestOptions['method'], string]
    const header = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await send({ url: baseUrl + path, method, data: body && { ...body }, header }, options)
    if (isAnswer(call, answer)) return answer.data
    const problem = readProblem(answer.status, answer.data)
    if (problem) throw problemError(problem)
    const { status, data } = answer
    // A problem that this client does not know is still the back end's.
    if (isRecord(data) && 'code' in data) throw clientError({ code: 'unexpected_answer', status, data }, language)
    const gateway = answer.retryAfter === undefined ? {} : { retryAfter: answer.retryAfter }
    if (status === 429) throw clientError({ code: 'throttled', status, ...gateway }, language)
    if (status === 502 || status === 503 || status === 504) {
      throw clientError({ code: 'gateway_unavailable', status, ...gateway }, language)
    }
    throw clientError({ code: 'unexpected_answer', status, data }, language)
  }

  return {
    send,
    async call(call, body, options) {
      try {
        return await once(call, body, options)
      } catch (error) {
        const seconds = isRepeatable(call, error)
        if (seconds === undefined) throw error
        await pause(seconds, options.signal, language)
        return once(call, body, options)
      }
    },
  }
}

/**
 * Milliseconds to wait before the single retry; `undefined` for no retry. A throttled request has reached no function.
 * After a 503 a function may have run: a message may have been sent, and WeChat's code is spent.
 */
function isRepeatable(call: Call, error: unknown): number | undefined {
  const isSpent = call === 'POST /send-code' || call === 'POST /exchange-code'
  if (!isOneOf(error, isSpent ? ['throttled'] : ['throttled', 'gateway_unavailable'])) return undefined
  const wait = 'retryAfter' in error && error.retryAfter !== undefined ? error.retryAfter * 1000 : PAUSE_MS
  return wait > LONGEST_PAUSE_MS ? undefined : wait
}

function isAnswer<C extends Call>(call: C, answer: Answer): answer is Answer & { readonly data: Calls[C]['answer'] } {
  const members = ANSWERS[call]
  if (!members) return answer.status === 204
  return answer.status === 200 && isRecord(answer.data) && hasMembers(answer.data, members)
}

function abort(task: unknown): void {
  const { abort } = (task ?? {}) as { abort?: () => void }
  if (typeof abort === 'function') abort.call(task)
}

/** Platforms write header names in different cases. */
function retryAfter(header: unknown): number | undefined {
  if (!isRecord(header)) return undefined
  const name = Object.keys(header).find((name) => name.toLowerCase() === 'retry-after')
  const seconds = name === undefined ? NaN : Number.parseInt(String(header[name]), 10)
  return Number.isNaN(seconds) ? undefined : seconds
}

/** Some platforms parse JSON only for `application/json`, and return a problem as text. */
function parsed(data: unknown): unknown {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
