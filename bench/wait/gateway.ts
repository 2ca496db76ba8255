/** An API Gateway at a distance: delays each request by a round trip, and passes it to a function as an event. */

import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Functions } from './functions'

export interface Gateway {
  readonly url: string
  close(): void
}

/** Listens on a free port; `roundTrip` is in milliseconds. */
export async function startGateway(functions: Functions, roundTrip: number): Promise<Gateway> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await read(request)
      await new Promise((resolve) => setTimeout(resolve, roundTrip))
      const answer = await functions.invoke(request.url ?? '/', event(request, body))
      response.writeHead(answer.statusCode, answer.headers)
      response.end(answer.body)
    })().catch(() => response.writeHead(502).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** An HTTP API's event, payload format 2.0. */
function event({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): object {
  const routeKey = `${method} ${url}`
  const http = { method, path: url, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: '' }
  return {
    version: '2.0',
    routeKey,
    rawPath: url,
    rawQueryString: '',
    headers,
    requestContext: {
      accountId: '123456789012',
      apiId: 'local',
      domainName: 'localhost',
      http,
      requestId: 'local',
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1767225600000,
    },
    body,
    isBase64Encoded: false,
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}
