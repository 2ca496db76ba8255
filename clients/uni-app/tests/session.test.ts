import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

const NUMBER = '13700137010'

let local: Local
let phone: Device
let client: PhoneLogin
let verifyCode: string

before(async () => {
  local = await startLocal()
  phone = device()
  phone.wechatCodes = ['alice']
  await createPhoneLogin({ baseUrl: local.url }).sendCode(NUMBER)
  verifyCode = await local.code(`+86${NUMBER}`)
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url })
})

describe('the session', () => {
  it('is there when the app is opened again, and gone after a logout', async () => {
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    const reopened = createPhoneLogin({ baseUrl: local.url })
    assert.equal(reopened.session()?.token, token)
    await reopened.logout()
    assert.equal(reopened.session(), undefined)
    assert.equal(phone.storage.size, 0)
  })

  it('is restored at the app’s start without an SMS, even if its token has expired', async (test) => {
    const { token, userId } = await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.requests.length = 0
    assert.equal((await createPhoneLogin({ baseUrl: local.url }).restore())?.token, token)
    assert.deepEqual(phone.requests, [])

    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    const reopened = createPhoneLogin({ baseUrl: local.url })
    const restored = await reopened.restore()
    assert.equal(restored?.userId, userId)
    assert.notEqual(restored?.token, token)
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew'])
    assert.equal(reopened.session()?.token, restored?.token)
  })

  it('is restored for a person whom the back end knows, even if the storage was cleared', async () => {
    const { userId } = await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.storage.clear()
    assert.equal((await createPhoneLogin({ baseUrl: local.url }).restore())?.userId, userId)
  })

  it('is not restored for a stranger, after a logout, or without WeChat', async () => {
    phone.wechatCodes = ['zoe']
    assert.equal(await client.restore(), undefined)
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew'])

    phone.wechatCodes = ['alice']
    client = createPhoneLogin({ baseUrl: local.url })
    await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.faults.push('lose-request')
    await client.logout()
    // Nor by another run, or after another tap, even though the back end does not know of the logout.
    await client.logout()
    phone.requests.length = 0
    assert.equal(await createPhoneLogin({ baseUrl: local.url }).restore(), undefined)
    assert.deepEqual(phone.requests, [])

    phone = device()
    phone.platform = 'web'
    assert.equal(await createPhoneLogin({ baseUrl: local.url }).restore(), undefined)
    assert.deepEqual(phone.requests, [])
  })

  it('is kept if the network fails at the app’s start', async (test) => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    phone.faults.push('lose-request')
    await failure(client.restore(), 'network_failed')
    assert.ok(await client.restore())
  })

  it('survives a renewal whose answer was lost', async () => {
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.faults.push('lose-answer')
    await failure(client.renew(), 'network_failed')
    assert.equal(client.session()?.token, token)
    assert.notEqual((await client.renew()).token, token)
  })

  it('is not renewed after a logout, here or elsewhere', async () => {
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    const elsewhere = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
    assert.equal((await fetch(`${local.url}/logout`, elsewhere)).status, 204)
    await failure(client.renew(), 'login_required')
    assert.equal(phone.storage.size, 0)

    const second = await client.login({ phoneNumber: NUMBER, verifyCode })
    await client.logout()
    const refused = await fetch(`${local.url}/account`, { headers: { authorization: `Bearer ${second.token}` } })
    assert.equal(refused.status, 401)
    phone.requests.length = 0
    await failure(client.renew(), 'login_required')
    assert.deepEqual(phone.requests, [])
  })

  it('also ends at the back end if its token expired before the logout', async (test) => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    assert.equal(client.session(), undefined)
    phone.requests.length = 0
    await client.logout()
    // The back end accepts no expired token.
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew', '/logout'])
    assert.equal(phone.storage.size, 0)
  })

  it('is not renewed for another person who uses this WeChat', async () => {
    const bob = createPhoneLogin({ baseUrl: local.url })
    phone.wechatCodes = ['bob']
    await bob.sendCode('13700137001')
    await bob.login({ phoneNumber: '13700137001', verifyCode: await local.code('+8613700137001') })
    phone.storage.clear()

    phone.wechatCodes = ['alice']
    client = createPhoneLogin({ baseUrl: local.url })
    await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.wechatCodes = ['bob']
    await failure(createPhoneLogin({ baseUrl: local.url }).renew(), 'login_required')
    assert.equal(phone.storage.size, 0)
  })

  it('ends here even if the logout does not reach the back end', async () => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.faults.push('lose-request')
    await client.logout()
    assert.equal(client.session(), undefined)
    assert.deepEqual([...phone.storage.values()], ['{"loggedOut":true}'])
    await client.login({ phoneNumber: NUMBER, verifyCode })
    assert.equal((await createPhoneLogin({ baseUrl: local.url }).restore())?.token, client.session()?.token)
  })

  it('leaves no number and no ticket after a logout', async () => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    await client.sendCode('13700137012')
    assert.match([...phone.storage.values()].join(), /13700137012/)
    await client.logout()
    assert.equal(phone.storage.size, 0)
    assert.equal(client.pendingPhoneNumber(), undefined)
    phone.requests.length = 0
    await client.sendCode('13700137013')
    assert.deepEqual(phone.requests, ['/exchange-code', '/send-code'])
  })

  it('lasts for this run if the storage is full', async () => {
    phone.storageIsFull = true
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    assert.equal(client.session()?.token, token)
    assert.equal(createPhoneLogin({ baseUrl: local.url }).session(), undefined)
  })
})
