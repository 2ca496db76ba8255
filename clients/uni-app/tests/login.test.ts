import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

const TICKET_KEY = 'a ticket key for tests, of 32 bytes and more'

let local: Local
let phone: Device
let client: PhoneLogin
let numbers = 0

before(async () => {
  local = await startLocal({ TICKET_KEY })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url })
})

/** A number and a person for each test, since the back end remembers both. */
function somebody(): { phoneNumber: string; e164: string } {
  const phoneNumber = `138001380${String(numbers++).padStart(2, '0')}`
  const letters = String.fromCharCode(97 + (numbers % 26), 97 + Math.floor(numbers / 26))
  phone.wechatCodes = [`somebody${letters}`]
  return { phoneNumber, e164: `+86${phoneNumber}` }
}

/** The code that was just sent. */
async function askedFor({ phoneNumber, e164 }: { phoneNumber: string; e164: string }): Promise<string> {
  await client.sendCode(phoneNumber)
  return local.code(e164)
}

describe('a login', () => {
  it('lets a new user in, and knows them again', async () => {
    const { phoneNumber, e164 } = somebody()
    assert.deepEqual(await client.sendCode(phoneNumber), { expiresIn: 300, resendAfter: 60 })
    const verifyCode = await local.code(e164)
    const first = await client.login({ phoneNumber, verifyCode })
    assert.equal(first.isNewUser, true)
    assert.equal(first.token.split('.').length, 3)
    // The number is no longer stored.
    assert.deepEqual([...phone.storage.keys()], [`phone-login:session:${local.url}`])
    assert.ok(Math.abs(first.expiresAt - Date.now() - 7_200_000) < 10_000)

    await client.logout()
    const again = await client.login({ phoneNumber, verifyCode })
    assert.equal(again.isNewUser, false)
    assert.equal(again.userId, first.userId)
    assert.equal(phone.logins, 2)
  })

  it('says how many attempts a wrong code leaves, with one exchange for all of them', async () => {
    const who = somebody()
    const { phoneNumber } = who
    const right = await askedFor(who)
    const wrong = right === '000000' ? '000001' : '000000'
    const error = await failure(client.login({ phoneNumber, verifyCode: wrong }), 'code_incorrect')
    assert.equal(error.attemptsLeft, 4)
    assert.equal(error.status, 400)
    assert.match(error.message, /4/)
    assert.ok(error.requestId)
    assert.equal(client.session(), undefined)
    await client.login({ phoneNumber, verifyCode: right })
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code', '/login', '/login'])
  })

  it('reads a problem that the platform passes on as text', async () => {
    phone.problemsAsText = true
    const { phoneNumber } = somebody()
    await failure(client.login({ phoneNumber, verifyCode: '123456' }), 'code_expired')
  })

  it('speaks English if the option says so', async () => {
    client = createPhoneLogin({ baseUrl: `${local.url}/`, language: 'en' })
    const error = await failure(client.sendCode('12'), 'invalid_phone_number')
    assert.equal(error.message, 'Please enter a valid mobile number.')
  })

  it('succeeds after the answer was lost', async () => {
    const who = somebody()
    const { phoneNumber } = who
    const verifyCode = await askedFor(who)
    phone.faults.push('lose-answer')
    await failure(client.login({ phoneNumber, verifyCode }), 'network_failed')
    assert.equal(client.session(), undefined)
    const retried = await client.login({ phoneNumber, verifyCode })
    // The lost answer had reported the new account.
    assert.equal(retried.isNewUser, false)
  })

  it("reports WeChat's refusals, and a platform's login that gives no code", async () => {
    const by = { phoneNumber: somebody().phoneNumber, verifyCode: '123456' }
    phone.wechatCodes = ['http-500']
    await failure(client.login(by), 'wechat_unavailable')
    phone.wechatCodes = ['err-40226']
    await failure(client.login(by), 'wechat_user_blocked')
    assert.equal(phone.logins, 2)
    phone.wechatCodes = []
    assert.equal((await failure(client.login(by), 'wechat_login_failed')).reason, 'login:fail')
  })

  it('takes WeChat’s code from `getCode` if the app gives it', async () => {
    client = createPhoneLogin({ baseUrl: local.url, getCode: async () => 'err-40226' })
    await failure(client.login({ phoneNumber: '13800138000', verifyCode: '123456' }), 'wechat_user_blocked')
    assert.equal(phone.logins, 0)
  })
})

describe('a fresh uni.login', () => {
  /** Sends the code through another device, so that the login has to fetch its own ticket. */
  const sentElsewhere = async ({ phoneNumber, e164 }: { phoneNumber: string; e164: string }): Promise<string> => {
    await fetch(`${local.url}/send-code`, { method: 'POST', body: JSON.stringify({ phoneNumber }) })
    return local.code(e164)
  }

  it("comes once if WeChat's code was used or is invalid", async () => {
    const { phoneNumber, e164 } = somebody()
    await fetch(`${local.url}/exchange-code`, { method: 'POST', body: '{"code":"fred-1"}' })
    phone.wechatCodes = ['fred-1', 'greta-1']
    const verifyCode = await sentElsewhere({ phoneNumber, e164 })
    assert.equal((await client.login({ phoneNumber, verifyCode })).isNewUser, true)
    assert.equal(phone.logins, 2)

    await client.logout()
    phone.wechatCodes = ['err-40029']
    phone.logins = 0
    await failure(client.login({ phoneNumber, verifyCode }), 'wechat_code_invalid')
    assert.equal(phone.logins, 2)
  })

  it('comes once if the ticket has expired', async () => {
    const who = somebody()
    const verifyCode = await sentElsewhere(who)
    let expired = 0
    phone.rewrite = (path, body) => {
      if (path !== '/exchange-code' || expired++ > 0) return body
      const answer = JSON.parse(body) as { ticket: string }
      return JSON.stringify({ ...answer, ticket: longAgo(answer.ticket) })
    }
    const login = await client.login({ phoneNumber: who.phoneNumber, verifyCode })
    assert.equal(login.isNewUser, true)
    assert.deepEqual(phone.requests, ['/exchange-code', '/login', '/exchange-code', '/login'])

    await client.logout()
    phone.rewrite = (path, body) =>
      path === '/exchange-code' ? body.replace(/"ticket":"[^"]*"/, (ticket) => ticket.slice(0, -9) + '"') : body
    phone.logins = 0
    await failure(client.login({ phoneNumber: who.phoneNumber, verifyCode }), 'ticket_invalid')
    assert.equal(phone.logins, 2)
  })
})

describe('double taps', () => {
  it('are one call', async () => {
    const { phoneNumber, e164 } = somebody()
    const [one, two] = [client.sendCode(phoneNumber), client.sendCode(e164)]
    assert.equal(one, two)
    await one
    assert.equal(await local.messages(e164), 1)

    const by = { phoneNumber, verifyCode: await local.code(e164) }
    const taps = [client.login(by), client.login({ ...by })]
    assert.equal(taps[0], taps[1])
    assert.notEqual(client.login({ ...by, verifyCode: 'another' }).catch(() => undefined), taps[0])
    assert.equal((await taps[0])?.isNewUser, true)
  })

  it('do not prevent the repetition of a failed call', async () => {
    const { phoneNumber, e164 } = somebody()
    phone.faults.push(undefined, 'lose-request')
    await failure(client.sendCode(phoneNumber), 'network_failed')
    await client.sendCode(phoneNumber)
    assert.equal(await local.messages(e164), 1)
  })
})

/** The same ticket, signed again with an end in the past. */
function longAgo(ticket: string): string {
  const [header = '', claims = ''] = ticket.split('.')
  const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), exp: 1_600_000_000 }
  const signed = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`
  return `${signed}.${createHmac('sha256', TICKET_KEY).update(signed).digest('base64url')}`
}
