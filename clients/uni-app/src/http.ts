/** Requests over `uni.request`, with its habits minded. */

import { ANSWERS, type Calls } from './contract'
import { type Language, clientError, problemError } from './errors'
import { type RequestOptions, platform } from './platform'
import { readProblem } from './problems'
import { hasMembers, isRecord } from './shape'

/** An answer of any status. */
export interface Answer {
  readonly status: number
  readonly data: unknown
}

export interface Request {
  readonly url: string
  readonly method: RequestOptions['method']
  readonly data?: object | undefined
  readonly header?: Readonly<Record<string, string>> | undefined
}

export interface Line {
  /** Sends a request; whatever is answered is an answer. */
  send(request: Request): Promise<Answer>
  /** Calls the back end: the body of a 200, or the problem as an error. */
  post<P extends keyof Calls>(path: P, body: Calls[P]['request']): Promise<Calls[P]['answer']>
}

export function line(baseUrl: string, language: Language, timeout: number): Line {
  const send = (request: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      platform.request({
        url: request.url,
        method: request.method,
        ...(request.data && { data: { ...request.data } }),
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
      if (status === 200 && isAnswer(path, data)) return data
      const problem = readProblem(status, data)
      throw problem ? problemError(problem) : clientError({ code: 'unexpected_answer', status, data }, language)
    },
  }
}

function isAnswer<P extends keyof Calls>(path: P, data: unknown): data is Calls[P]['answer'] {
  return isRecord(data) && hasMembers(data, ANSWERS[path])
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
