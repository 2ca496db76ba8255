import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { type Local, startLocal } from './support/local'

let local: Local
let phone: Device
let client: PhoneLogin
let stop: () => void

before(async () => {
  local = await startLocal({ TICKET_TTL_SECONDS: '30' })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url })
  stop = () => undefined
})

/** Waits until so many requests were answered. */
async function answered(count: number): Promise<string[]> {
  for (let tries = 0; tries < 400 && phone.answers.length < count; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return phone.answers.splice(0)
}

describe('a page that prepares when it opens', () => {
  it('has a ticket while the person types: the login is one request', async () => {
    stop = client.prepare()
    assert.deepEqual(await answered(2), ['/exchange-code', '/renew'])
    await client.sendCode('13300133000')
    await client.login({ phoneNumber: '13300133000', verifyCode: await local.code('+8613300133000') })
    assert.deepEqual(await answered(2), ['/send-code', '/login'])
    stop()
  })

  it('has WeChat’s code for the button, too: nobody waits for a second one', async () => {
    phone.wechatCodes = ['bob-1', 'bob-2']
    stop = client.prepare()
    await answered(2)
    assert.equal(phone.logins, 2)
    await client.loginByPhoneCode({ detail: { code: '13300133001' } })
    assert.equal(phone.logins, 2)
    assert.deepEqual(await answered(2), ['/exchange-code', '/login'])
    stop()
  })

  it('shares its ticket with a person who is faster', async () => {
    stop = client.prepare()
    await client.sendCode('13300133002')
    await answered(3)
    assert.equal(phone.requests.filter((path) => path === '/exchange-code').length, 1)
    stop()
  })

  it('keeps the ticket fresh until the page closes', async (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    client = createPhoneLogin({ baseUrl: local.url, timeout: 10_000 })
    const timers = new Map<number, () => void>()
    let named = 0
    const real = globalThis.setTimeout
    test.mock.method(globalThis, 'setTimeout', (run: () => void, after?: number) => {
      // The ticket is used for 30 seconds less ten for the request; other timers belong to this test and Node.
      if (after === undefined || after < 15_000 || after > 20_000) return real(run, after)
      timers.set(++named, run)
      return named
    })
    const cleared = test.mock.method(globalThis, 'clearTimeout')
    stop = client.prepare()
    await answered(2)
    while (timers.size === 0) await new Promise((resolve) => setImmediate(resolve))
    test.mock.timers.setTime(Date.now() + 20_001)
    timers.get(1)?.()
    assert.deepEqual(await answered(2), ['/exchange-code', '/renew'])
    stop()
    assert.ok(cleared.mock.calls.some(({ arguments: [timer] }) => (timer as unknown) === 2))
  })

  it('ignores its failures, and the login works without it', async () => {
    phone.faults.push('lose-request')
    stop = client.prepare()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await client.loginByPhoneCode({ detail: { code: '13300133003' } })
    stop()
  })

  it('requests nothing without WeChat', async () => {
    phone.platform = 'web'
    createPhoneLogin({ baseUrl: local.url }).prepare()()
    assert.deepEqual([phone.requests, phone.logins], [[], 0])
  })
})
