/** Requests over `uni.request`, with its habits minded. */

import { type Language, clientError, problemError } from './errors'
import { type RequestOptions, platform } from './platform'
import { readProblem } from './problems'

/** An answer of any status. */
export interface Answer {
  readonly status: number
  readonly data: unknown
}

export interface Request {
  readonly url: string
  readonly method: RequestOptions['method']
  readonly data?: Record<string, unknown> | undefined
  readonly header?: Readonly<Record<string, string>> | undefined
}

export interface Line {
  /** Sends a request; whatever is answered is an answer. */
  send(request: Request): Promise<Answer>
  /** Calls the back end: the body of a 200, or the problem as an error. */
  post(path: string, body: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>>
}

export function line(baseUrl: string, language: Language, timeout: number): Line {
  const send = (request: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      platform.request({
        url: request.url,
        method: request.method,
        ...(request.data && { data: request.data }),
        header: {
          'content-type': 'application/json',
          'accept-language': language === 'en' ? 'en' : 'zh-CN',
          ...request.header,
        },
        // Left alone, platforms wait for a minute.
        timeout,
        // Called for every status.
        success: ({ statusCode, data }) => resolve({ status: Number(statusCode), data: parsed(data) }),
        fail: ({ errMsg }) => {
          const reason = errMsg ?? ''
          const code = /time\s?-?out|timed out/i.test(reason) ? 'timed_out' : 'network_failed'
          reject(clientError({ code, reason }, language))
        },
      })
    })

  return {
    send,
    async post(path, body) {
      const { status, data } = await send({ url: baseUrl + path, method: 'POST', data: body })
      if (status === 200 && isRecord(data)) return data
      const problem = readProblem(status, data)
      throw problem ? problemError(problem) : clientError({ code: 'unexpected_answer', status, data }, language)
    },
  }
}

export function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** Some platforms parse JSON under `application/json` only, and hand the text of a problem through. */
function parsed(data: unknown): unknown {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
