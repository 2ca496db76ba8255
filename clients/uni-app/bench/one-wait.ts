/**
 * From the tap to the token: requests and milliseconds, by the built package on WeChat's `wx`, against the functions in `local`, with 40 ms
 * put before each request. `npm run bench` prints a table. Not in it: WeChat's own `wx.login`, TLS, and how long a function takes to start.
 */

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Phone, phone, wx } from '../../../examples/uni-app/tests/support/wx'
import type * as Client from '../src/index'
import { type Local, startLocal } from '../tests/support/local'

const ROUND_TRIP_MS = 40
const ROUNDS = 20

const built = new URL('../dist/npm/esm/index.js', import.meta.url).href
const { createPhoneLogin, miniProgram } = (await import(built)) as typeof Client

/** A line that is as long as one from a phone to a region. */
async function far(to: string): Promise<{ url: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const { method, headers } = incoming
      const passed = request(to + incoming.url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(passed)
    }, ROUND_TRIP_MS)
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

interface Person {
  readonly phone: Phone
  readonly client: Client.PhoneLogin
  readonly number: string
  /** A code by SMS that was sent before this client began. */
  code(): Promise<string>
}

let people = 0
function person(local: Local, url: string): Person {
  const number = `1380${String(1_000_000 + people++)}`
  const name = `person${[...String(people)].map((digit) => String.fromCharCode(97 + Number(digit))).join('')}`
  const device = phone(name, [url])
  const api = wx(device, {}) as Parameters<typeof miniProgram>[0]
  return {
    phone: device,
    client: createPhoneLogin({ baseUrl: url, platform: miniProgram(api) }),
    number,
    async code() {
      await fetch(`${local.url}/send-code`, { method: 'POST', body: JSON.stringify({ phoneNumber: number }) })
      return local.code(`+86${number}`)
    },
  }
}

async function prepared({ client, phone }: Person): Promise<void> {
  const stop = client.prepare()
  while (phone.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setTimeout(resolve, 4 * ROUND_TRIP_MS))
  stop()
  phone.requests.length = 0
}

const tap = ({ client, number }: Person) =>
  client.loginByPhoneCode({ detail: { code: number, errMsg: 'getPhoneNumber:ok' } })
const bySms = ({ client, number: phoneNumber }: Person, verifyCode: string) => client.login({ phoneNumber, verifyCode })
const sending = ({ client, number }: Person) => client.sendCode(number)

const WAYS: [string, (person: Person) => Promise<() => Promise<unknown>>][] = [
  ['one tap, the page prepared nothing', async (who) => () => tap(who)],
  ['one tap, after `prepare()`', async (who) => prepared(who).then(() => () => tap(who))],
  ['“get the code”, the page prepared nothing', async (who) => () => sending(who)],
  ['“get the code”, after `prepare()`', async (who) => prepared(who).then(() => () => sending(who))],
  ['a login by SMS, the page prepared nothing', async (who) => who.code().then((code) => () => bySms(who, code))],
  [
    'a login by SMS, after `prepare()`',
    async (who) => {
      const code = await who.code()
      await prepared(who)
      return () => bySms(who, code)
    },
  ],
]

const local = await startLocal({ IP_HOURLY_LIMIT: '1000000', PHONE_DAILY_LIMIT: '10', SMS_DAILY_BUDGET: '1000000' })
const line = await far(local.url)
console.log('| from the tap to the answer | requests | ms (median) |\n| --- | --- | --- |')
for (const [name, way] of WAYS) {
  const times: number[] = []
  let requests = 0
  for (let round = 0; round < ROUNDS; round++) {
    const who = person(local, line.url)
    const act = await way(who)
    const start = performance.now()
    await act()
    times.push(performance.now() - start)
    requests = who.phone.requests.length
  }
  const median = times.sort((one, other) => one - other)[ROUNDS / 2] ?? 0
  console.log(`| ${name} | ${requests} | ${median.toFixed(0)} |`)
}
line.close()
await local.stop()
