import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

const NUMBER = '13700137000'

let local: Local
let api: Server
let apiBaseUrl: string
let phone: Device
let client: PhoneLogin
let verifyCode: string
/** Lets go of the answer to a request below `/late`. */
let refuse: () => void

/** Whom the app's own API is asked by. */
const me = async () => (await client.request<{ claims: { sub: string } }>({ path: '/me' })).claims.sub

/** The app's own API: it tells who asks, and has a few other answers. */
before(async () => {
  local = await startLocal()
  api = createServer((request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const status = Number(/(\d+)$/.exec(request.url ?? '')?.[1] ?? (token ? 200 : 401))
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    response.writeHead(status, { 'content-type': 'application/json' })
    const end = () => response.end(JSON.stringify({ method: request.method, claims: claims && JSON.parse(claims) }))
    if (request.url?.startsWith('/late')) refuse = end
    else end()
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  apiBaseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`

  phone = device()
  await createPhoneLogin({ baseUrl: local.url }).sendCode(NUMBER)
  verifyCode = await local.code(`+86${NUMBER}`)
})
after(async () => {
  api.closeAllConnections()
  api.close()
  await local.stop()
})
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url, apiBaseUrl })
})

describe('a request', () => {
  it('carries the token to the app’s own API, and to no other', async () => {
    const { userId } = await client.login({ phoneNumber: NUMBER, verifyCode })
    const me = await client.request<{ method: string; claims: { sub: string } }>({ path: '/me' })
    assert.equal(me.method, 'GET')
    assert.equal(me.claims.sub, userId)
    const data = { nickname: '小明' }
    assert.deepEqual((await client.request<{ method: string }>({ path: '/me', method: 'PUT', data })).method, 'PUT')
    const header = { authorization: 'Bearer of another', 'x-trace': '1' }
    await client.request({ path: '/me', header })
    assert.match(phone.lastHeader['authorization'] ?? '', /^Bearer eyJ/)
    assert.equal(phone.lastHeader['x-trace'], '1')
    for (const path of ['https://elsewhere.example/', '.elsewhere.example', '@elsewhere.example']) {
      await assert.rejects(client.request({ path }), TypeError)
    }
  })

  it('tells "log in again" apart from other failures', async () => {
    await failure(client.request({ path: '/me' }), 'login_required')
    assert.deepEqual(phone.requests, [])

    await client.login({ phoneNumber: NUMBER, verifyCode })
    for (const status of [400, 403, 404, 500, 503]) {
      const error = await failure(client.request({ path: `/status/${status}` }), 'request_failed')
      assert.equal(error.status, status)
    }
    phone.faults.push('lose-answer')
    await failure(client.request({ path: '/me' }), 'network_failed')
    assert.ok(client.session())

    await failure(client.request({ path: '/status/401' }), 'login_required')
    assert.equal(client.session(), undefined)
    assert.equal(phone.storage.size, 0)
  })

  it('leaves a newer token alone when an older one is refused', async () => {
    const first = await client.login({ phoneNumber: NUMBER, verifyCode })
    const refused = failure(client.request({ path: '/late/401' }), 'login_required')
    const second = await client.login({ phoneNumber: NUMBER, verifyCode })
    refuse()
    await refused
    assert.notEqual(second.token, first.token)
    assert.equal(client.session()?.token, second.token)
  })
})

describe('the session', () => {
  it('is there when the app is opened again, and gone after a logout', async () => {
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    const reopened = createPhoneLogin({ baseUrl: local.url, apiBaseUrl })
    assert.equal(reopened.session()?.token, token)
    await reopened.logout()
    assert.equal(reopened.session(), undefined)
    assert.equal(phone.storage.size, 0)
  })

  it('ends with its token, and is renewed for the next request without an SMS', async (test) => {
    const { token, userId } = await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 - 15_000 })
    assert.ok(client.session())
    test.mock.timers.setTime(Date.now() + 10_000)
    assert.equal(client.session(), undefined)
    phone.requests.length = 0
    const both = await Promise.all([me(), me()])
    assert.deepEqual(both, [userId, userId])
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew', '/me', '/me'])
    assert.notEqual(client.session()?.token, token)
    assert.equal(await local.messages(`+86${NUMBER}`), 1)
    assert.equal(createPhoneLogin({ baseUrl: local.url }).session()?.token, client.session()?.token)
  })

  it('outlives a renewal that the network lost', async () => {
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

  it('is over at the back end, too, where its token had expired before the logout', async (test) => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    assert.equal(client.session(), undefined)
    phone.requests.length = 0
    await client.logout()
    // The back end takes no expired token.
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew', '/logout'])
    assert.equal(phone.storage.size, 0)
  })

  it('is not carried over to another person of this WeChat', async () => {
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

  it('is over where the network keeps a logout from the back end', async () => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.faults.push('lose-request')
    await client.logout()
    assert.equal(client.session(), undefined)
    assert.equal(phone.storage.size, 0)
  })

  it('holds for this run where the storage is full', async () => {
    phone.storageIsFull = true
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    assert.equal(client.session()?.token, token)
    assert.equal(createPhoneLogin({ baseUrl: local.url }).session(), undefined)
  })
})
