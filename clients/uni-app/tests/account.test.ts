import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

let local: Local
let phone: Device
let client: PhoneLogin
let people = 0

before(async () => {
  local = await startLocal({ PHONE_CONFLICT: 'link' })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  people++
  phone.wechatCodes = [`owner${String.fromCharCode(96 + people)}`]
  client = createPhoneLogin({ baseUrl: local.url })
})

const oneTap = (by = client) =>
  by.loginByPhoneCode({ detail: { code: `1360013600${people}`, errMsg: 'getPhoneNumber:ok' } })

describe('the account', () => {
  it('is shown to its person, with its number masked', async () => {
    const { userId } = await oneTap()
    const account = await client.account()
    assert.equal(account.userId, userId)
    assert.equal(account.phoneNumber, `+86136****600${people}`)
    assert.ok(Date.parse(account.createdAt ?? ''))
  })

  it('is shown with a new token after the old one was refused', async () => {
    const { token } = await oneTap()
    await oneTap(createPhoneLogin({ baseUrl: local.url }))
    phone.storage.set(`phone-login:session:${local.url}`, JSON.stringify({ ...client.session(), token: `${token}x` }))
    client = createPhoneLogin({ baseUrl: local.url })
    phone.requests.length = 0
    assert.ok(await client.account())
    assert.deepEqual(phone.requests, ['/account', '/exchange-code', '/renew', '/account'])
  })

  it('is gone after its deletion, and its number makes a new one', async () => {
    const { userId } = await oneTap()
    await client.deleteAccount()
    assert.equal(client.session(), undefined)
    assert.equal(phone.storage.size, 0)
    await failure(client.account(), 'login_required')
    assert.equal(await createPhoneLogin({ baseUrl: local.url }).restore(), undefined)
    const anew = await oneTap()
    assert.deepEqual([anew.isNewUser, anew.userId === userId], [true, false])
  })

  it('is deleted by a second call if the answer to the first was lost', async () => {
    await oneTap()
    phone.faults.push('lose-answer')
    await failure(client.deleteAccount(), 'network_failed')
    assert.ok(client.session())
    await client.deleteAccount()
    assert.equal(phone.storage.size, 0)
  })

  it('is logged out here, or everywhere', async () => {
    const status = async (token: string) =>
      (await fetch(`${local.url}/account`, { headers: { authorization: `Bearer ${token}` } })).status
    const first = await oneTap()
    phone.wechatCodes = ['mate']
    client = createPhoneLogin({ baseUrl: local.url })
    const mate = await oneTap()
    assert.equal(mate.userId, first.userId)
    await client.logout()
    assert.deepEqual([await status(mate.token), await status(first.token)], [401, 200])
    await oneTap()
    await client.logout({ everywhere: true })
    assert.equal(await status(first.token), 401)
  })
})
