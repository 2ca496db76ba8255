import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it, mock } from 'node:test'
import { createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

let local: Local
let phone: Device

before(async () => {
  local = await startLocal({ PHONE_DAILY_LIMIT: '2', RESEND_COOLDOWN_SECONDS: '2' })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
})

describe('a limit', () => {
  it('says when to retry, and starts the cooldown that the back end reports', async () => {
    const client = createPhoneLogin({ baseUrl: local.url })
    phone.faults.push(undefined, 'lose-answer')
    await failure(client.sendCode('13900139000'), 'network_failed')
    assert.equal(client.cooldown('13900139000'), 0)
    const early = await failure(client.sendCode('13900139000'), 'resend_too_soon')
    assert.equal(early.status, 429)
    assert.ok(early.retryAfter >= 1 && early.retryAfter <= 2)
    assert.equal(client.cooldown('139 0013 9000'), early.retryAfter)

    await new Promise((resolve) => setTimeout(resolve, 2100))
    await client.sendCode('13900139000')
    const late = await failure(client.sendCode('13900139000'), 'phone_limit_reached')
    assert.ok(late.retryAfter > 0 && late.retryAfter <= 86_400)
  })
})

describe('a cooldown', () => {
  it('belongs to one number, and survives the page and the app', async () => {
    const number = '13900139001'
    await createPhoneLogin({ baseUrl: local.url }).sendCode(number)
    const reopened = createPhoneLogin({ baseUrl: local.url })
    assert.equal(reopened.cooldown(number), 2)
    assert.equal(reopened.pendingPhoneNumber(), number)
    assert.equal(reopened.cooldown('13900139002'), 0)
    assert.equal(createPhoneLogin({ baseUrl: 'http://elsewhere' }).cooldown(number), 0)
  })

  it('knows its number however it is written', async () => {
    const client = createPhoneLogin({ baseUrl: local.url })
    await client.sendCode('13900139030')
    for (const same of ['+8613900139030', '+86 139-0013-9030', '0086 13900139030', '１３９００１３９０３０']) {
      assert.equal(client.cooldown(same), 2, same)
    }
    for (const other of ['+13900139030', '3900139030', '+85213900139030']) assert.equal(client.cooldown(other), 0, other)
  })

  it('counts down by the clock, and stops', (test) => {
    // Node's mocked interval continues after its own function has cleared it.
    const timers = new Set<() => void>()
    const seconds = (passed: number): void => {
      test.mock.timers.setTime(Date.now() + passed * 1000)
      for (const timer of timers) timer()
    }
    test.mock.method(globalThis, 'setInterval', (timer: () => void) => (timers.add(timer), timer))
    test.mock.method(globalThis, 'clearInterval', (timer: () => void) => timers.delete(timer))
    test.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })

    const sent = { phoneNumber: '13900139003', seconds: 60, endsAt: Date.now() + 3_500 }
    phone.storage.set('phone-login:cooldown:http://here', JSON.stringify(sent))
    const client = createPhoneLogin({ baseUrl: 'http://here' })
    const told: number[] = []
    const tell = (left: number): void => void told.push(left)
    client.watchCooldown('13900139003', tell)
    for (let tick = 0; tick < 10; tick++) seconds(1)
    assert.deepEqual(told.splice(0), [4, 3, 2, 1, 0])

    test.mock.timers.setTime(1_800_000_000_000)
    client.watchCooldown('13900139003', tell)
    // In the background timers stop, but the clock runs.
    seconds(3)
    assert.deepEqual(told.splice(0), [4, 1])
    seconds(1)
    test.mock.timers.setTime(1_800_000_000_000)
    client.watchCooldown('13900139003', tell)()
    seconds(1)
    assert.deepEqual(told.splice(0), [0, 4])
    assert.equal(timers.size, 0)

    // If the clock is set back by a year, the wait does not become a year.
    test.mock.timers.setTime(1_768_000_000_000)
    assert.equal(client.cooldown('13900139003'), 60)
  })

  it('is ignored if the storage holds something else', () => {
    for (const data of ['', 'null', '"60"', '{"phoneNumber":"1"}', '[]']) {
      phone = device()
      if (data) phone.storage.set('phone-login:cooldown:http://here', data)
      assert.equal(createPhoneLogin({ baseUrl: 'http://here' }).cooldown('1'), 0)
    }
    mock.method((globalThis as unknown as { uni: { getStorageSync(): unknown } }).uni, 'getStorageSync', () => {
      throw new Error('getStorageSync:fail')
    })
    assert.equal(createPhoneLogin({ baseUrl: 'http://here' }).cooldown('1'), 0)
  })
})

describe('a ticket', () => {
  let half: Local
  before(async () => {
    half = await startLocal({ PHONE_DAILY_LIMIT: '2', RESEND_COOLDOWN_SECONDS: '0' })
  })
  after(() => half.stop())

  it('is sent in WeChat, so that strangers cannot use up its person’s share', async () => {
    const stranger = () =>
      fetch(`${half.url}/send-code`, { method: 'POST', body: '{"phoneNumber":"13900139010"}' }).then(({ status }) => status)
    assert.deepEqual([await stranger(), await stranger()], [200, 429])
    await createPhoneLogin({ baseUrl: half.url }).sendCode('13900139010')
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code'])
  })

  it('is sent if the app gives its own codes', async () => {
    phone.platform = 'web'
    await createPhoneLogin({ baseUrl: half.url, getCode: async () => 'carol' }).sendCode('13900139011')
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code'])
  })

  const troubles: [string, (phone: Device) => unknown][] = [
    ['uni.login fails', (phone) => (phone.wechatCodes = [])],
    ['WeChat is down', (phone) => (phone.wechatCodes = ['http-500'])],
    ['WeChat never answers', (phone) => (phone.wechatCodes = ['hang'])],
    ['the exchange is lost', (phone) => phone.faults.push('lose-request')],
    ['it is invalid', (phone) => (phone.rewrite = (_, body) => body.replace(/"ticket":"ey/, '"ticket":"yE'))],
  ]
  for (const [index, [name, trouble]] of troubles.entries()) {
    it(`is left out if ${name}`, async () => {
      trouble(phone)
      const number = `1390013902${index}`
      await createPhoneLogin({ baseUrl: half.url }).sendCode(number)
      assert.equal(await half.messages(`+86${number}`), 1)
    })
  }

  it('must be possible before an SMS is paid for', async () => {
    phone.platform = 'web'
    const error = await failure(createPhoneLogin({ baseUrl: half.url }).sendCode('13900139013'), 'wechat_login_failed')
    assert.match(error.reason, /getCode/)
    assert.deepEqual([phone.requests, phone.logins], [[], 0])
    assert.equal(await half.messages('+8613900139013'), 0)
  })

  it('does not make the client send twice', async () => {
    phone.faults.push(undefined, 'lose-answer')
    await failure(createPhoneLogin({ baseUrl: half.url }).sendCode('13900139012'), 'network_failed')
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code'])
  })
})

describe('a back end that requires a ticket', () => {
  let strict: Local
  before(async () => {
    strict = await startLocal({ REQUIRE_TICKET: 'true', OPENID_DAILY_LIMIT: '1' })
  })
  after(() => strict.stop())

  it('gets one, which also works for the login', async () => {
    phone.wechatCodes = ['alice-1', 'alice-2']
    const client = createPhoneLogin({ baseUrl: strict.url, requireTicket: true })
    await client.sendCode('13900139004')
    await client.login({ phoneNumber: '13900139004', verifyCode: await strict.code('+8613900139004') })
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code', '/login'])
    const limit = await failure(client.sendCode('13900139005'), 'openid_limit_reached')
    assert.ok(limit.retryAfter > 0)
  })

  it('makes the client say why it has no ticket', async () => {
    phone.wechatCodes = ['err-40226']
    await failure(createPhoneLogin({ baseUrl: strict.url }).sendCode('13900139007'), 'wechat_user_blocked')
    const required = createPhoneLogin({ baseUrl: strict.url, requireTicket: true })
    await failure(required.sendCode('13900139007'), 'wechat_user_blocked')
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code', '/exchange-code'])
  })
})

describe('the network', () => {
  it('has its own error for each fault: no domain, too slow, a foreign answer', async () => {
    const client = createPhoneLogin({ baseUrl: local.url, timeout: 300 })
    phone.faults.push('not-in-domain-list', 'not-in-domain-list')
    const error = await failure(client.sendCode('13900139006'), 'network_failed')
    assert.match(error.reason, /domain list/)
    // WeChat never answers: the back end would wait longer than the app.
    phone.wechatCodes = ['hang']
    await failure(client.login({ phoneNumber: '13900139006', verifyCode: '123456' }), 'timed_out')

    phone.wechatCodes = ['alice']
    phone.rewrite = () => '<html>captive portal</html>'
    const stranger = await failure(client.login({ phoneNumber: '13900139006', verifyCode: '123456' }), 'unexpected_answer')
    assert.equal(stranger.data, '<html>captive portal</html>')
    phone.rewrite = () => '{"code":"tea_time","detail":"…"}'
    await failure(client.sendCode('13900139006'), 'unexpected_answer')
  })
})
