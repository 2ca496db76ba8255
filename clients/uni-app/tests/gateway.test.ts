/** Answers of the gateway, aborted calls, and retries. */

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, aborter, createPhoneLogin } from '../src/index'
import { type Device, type Fault, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

/** As API Gateway answers. */
const THROTTLED: Fault = { status: 429, body: { message: 'Too Many Requests' } }
const UNAVAILABLE: Fault = { status: 503, body: { message: 'Service Unavailable' } }

const NUMBER = '13200132000'
const allowed = (code: string) => ({ detail: { code, errMsg: 'getPhoneNumber:ok' } })

let local: Local
let phone: Device
let client: PhoneLogin

before(async () => {
  local = await startLocal({ SMS_ROUTES: 'CN=tencent', RESEND_COOLDOWN_SECONDS: '30' })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url })
})

describe('a gateway that throttles', () => {
  it('is asked once more after a pause, by every call, because no function was reached', async (test) => {
    const pauses = pausesOf(test)
    phone.faults.push(THROTTLED, undefined, { ...THROTTLED, header: { 'Retry-After': '2' } })
    await client.sendCode(NUMBER)
    assert.deepEqual(phone.requests, ['/exchange-code', '/exchange-code', '/send-code', '/send-code'])
    assert.deepEqual(pauses, [1000, 2000])
  })

  it('is reported as throttled, with the time to wait', async (test) => {
    pausesOf(test)
    const wait = { ...THROTTLED, header: { 'retry-after': '60' } }
    phone.faults.push(wait)
    const error = await failure(client.loginByPhoneCode(allowed('13200132001')), 'throttled')
    assert.deepEqual([error.status, error.retryAfter], [429, 60])
    phone.faults.push(THROTTLED, THROTTLED)
    assert.equal((await failure(client.loginByPhoneCode(allowed('13200132001')), 'throttled')).retryAfter, undefined)
  })
})

describe('a gateway that got no answer', () => {
  it('is asked once more if that does no harm', async (test) => {
    pausesOf(test)
    phone.faults.push(undefined, UNAVAILABLE)
    await client.loginByPhoneCode(allowed('13200132002'))
    phone.faults.push(UNAVAILABLE)
    await client.renew()
    phone.faults.push(UNAVAILABLE)
    assert.ok(await client.account())
    assert.deepEqual(phone.requests, ['/exchange-code', ...['/login', '/renew', '/account'].flatMap(twice)])
  })

  it('is not asked again for a message that may be on its way', async () => {
    phone.faults.push(undefined, UNAVAILABLE)
    const error = await failure(client.sendCode('13200132003'), 'gateway_unavailable')
    assert.equal(error.status, 503)
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code'])
  })

  it('is not asked again with a WeChat code that may be used up', async () => {
    phone.faults.push({ status: 504, body: '' })
    await failure(client.loginByPhoneCode(allowed('13200132004-1')), 'gateway_unavailable')
    assert.deepEqual(phone.requests, ['/exchange-code'])
    await client.loginByPhoneCode(allowed('13200132004-1'))
  })

  it('is not confused with the back end, whose own problems are not retried', async () => {
    phone.wechatCodes = ['http-500']
    await failure(client.login({ phoneNumber: NUMBER, verifyCode: '123456' }), 'wechat_unavailable')
    phone.faults.push({ status: 503, body: { code: 'tea_time', detail: '…' } })
    await failure(client.login({ phoneNumber: NUMBER, verifyCode: '123456' }), 'unexpected_answer')
    assert.deepEqual(phone.requests, ['/exchange-code', '/exchange-code'])
  })
})

describe('a call that is aborted or takes too long', () => {
  it('ends at once, with its request', async () => {
    const { signal, abort } = aborter()
    phone.faults.push(undefined, 'hang')
    const sent = failure(client.sendCode('13200132005', { signal }), 'aborted')
    while (phone.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    abort()
    await sent
    assert.deepEqual(phone.aborted, ['/send-code'])
    // An aborted signal starts nothing.
    await failure(client.sendCode('13200132006', { signal }), 'aborted')
    assert.equal(await local.messages('+8613200132006'), 0)
  })

  it('accepts a browser’s signal, too, and leaves the ticket to other calls', async () => {
    phone.faults.push('hang')
    const controller = new AbortController()
    const first = failure(client.login({ phoneNumber: NUMBER, verifyCode: '1' }, controller), 'aborted')
    controller.abort()
    await first
    assert.deepEqual(phone.aborted, [])
  })

  it('ends after its own time limit', async () => {
    phone.wechatCodes = ['hang']
    const started = Date.now()
    await failure(client.login({ phoneNumber: NUMBER, verifyCode: '1' }, { timeout: 200 }), 'timed_out')
    assert.ok(Date.now() - started < 1000)
  })
})

describe('a message that may be on its way', () => {
  it('has its cooldown, as the back end says', async () => {
    await fetch(`${local.url}/_local/sms/tencent`, { method: 'POST', body: 'close' })
    const error = await failure(client.sendCode('13200132007'), 'sms_unavailable')
    assert.ok(error.retryAfter !== undefined && error.retryAfter > 0 && error.retryAfter <= 30)
    assert.equal(client.cooldown('13200132007'), error.retryAfter)
  })
})

const twice = (path: string) => [path, path]

/** Pauses are recorded instead of waited for. */
function pausesOf(test: { mock: { method: typeof import('node:test').mock.method } }): number[] {
  const pauses: number[] = []
  const real = globalThis.setTimeout
  test.mock.method(globalThis, 'setTimeout', (run: () => void, after = 0) => {
    const isPause = after === 1000 || after === 2000
    if (isPause) pauses.push(after)
    return real(run, isPause ? 0 : after)
  })
  return pauses
}
