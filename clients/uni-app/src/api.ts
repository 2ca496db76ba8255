/** Calls the app's own API with the token. */

import { clientError, isOneOf } from './errors'
import type { Line } from './http'
import type { Settings } from './options'
import type { RequestOptions } from './platform'
import type { Renewal } from './renewal'
import type { CallOptions } from './signal'

export interface ApiRequest {
  /** Starts with a slash. */
  readonly path: string
  /** Default: `GET`. */
  readonly method?: RequestOptions['method']
  readonly data?: Record<string, unknown>
  readonly header?: Readonly<Record<string, string>>
}

export function api(http: Line, { apiBaseUrl, language }: Settings, { withToken }: Renewal) {
  return {
    async request<T>({ path, method = 'GET', data, header }: ApiRequest, options: CallOptions = {}): Promise<T> {
      if (!path.startsWith('/')) throw new TypeError(`a path begins with a slash: ${path}`)
      const send = async (token: string): Promise<T> => {
        const authorized = { ...header, authorization: `Bearer ${token}` }
        const answer = await http.send({ url: apiBaseUrl + path, method, data, header: authorized }, options)
        if (answer.status >= 200 && answer.status < 300) return answer.data as T
        throw clientError({ code: 'request_failed', status: answer.status, data: answer.data }, language)
      }
      return withToken(send, (error) => isOneOf(error, ['request_failed']) && error.status === 401, options)
    },
  }
}
