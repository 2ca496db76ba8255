import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, aborter, createPhoneLogin } from '../src/index'
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
/** Releases the refusal of the first request to `/late/once`. */
let refuse: () => void
let release: (end: () => void) => void
let refusals = 0

/** The user that the app's own API sees. */
const me = async () => (await client.request<{ claims: { sub: string } }>({ path: '/me' })).claims.sub

/** The app's own API: it returns who calls, and has a few other answers. */
before(async () => {
  local = await startLocal()
  api = createServer((request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const isLate = request.url === '/late/once' && refusals++ === 0
    const status = isLate ? 401 : Number(/(\d+)$/.exec(request.url ?? '')?.[1] ?? (token ? 200 : 401))
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    response.writeHead(status, { 'content-type': 'application/json' })
    const end = () => response.end(JSON.stringify({ method: request.method, claims: claims && JSON.parse(claims) }))
    if (isLate) release(end)
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
  refusals = 0
  const held = new Promise<() => void>((resolve) => (release = resolve))
  refuse = () => void held.then((end) => end())
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

    // A new token is refused, too.
    phone.requests.length = 0
    await failure(client.request({ path: '/status/401' }), 'login_required')
    assert.deepEqual(phone.requests, ['/status/401', '/renew', '/status/401'])
    assert.equal(client.session(), undefined)
    assert.equal(phone.storage.size, 0)
  })

  it('is sent again with a new token, once, if the API refuses the old one', async () => {
    const first = await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.requests.length = 0
    const late = client.request<{ claims: { jti: string } }>({ path: '/late/once' })
    refuse()
    const { claims } = await late
    assert.deepEqual(phone.requests, ['/late/once', '/renew', '/late/once'])
    assert.notEqual(client.session()?.token, first.token)
    assert.ok(claims.jti)
  })

  it('uses the token of a login that happened while the API refused the old one', async () => {
    await client.login({ phoneNumber: NUMBER, verifyCode })
    const late = client.request({ path: '/late/once' })
    const second = await client.login({ phoneNumber: NUMBER, verifyCode })
    phone.requests.length = 0
    refuse()
    await late
    assert.deepEqual(phone.requests, ['/late/once'])
    assert.equal(client.session()?.token, second.token)
  })

  it('renews an expired token without an SMS', async (test) => {
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

  it('renews its token before it expires, and does not wait for that', async (test) => {
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 - 200_000 })
    phone.requests.length = 0
    phone.faults.push(undefined, 'lose-request')
    await me()
    assert.equal(client.session()?.token, token)
    // That renewal was lost; the next request starts another.
    await me()
    while (client.session()?.token === token) await new Promise((resolve) => setTimeout(resolve, 5))
    phone.requests.length = 0
    await me()
    assert.deepEqual(phone.requests, ['/me'])
  })

  it('that is aborted leaves the renewal to the others', async (test) => {
    const { userId } = await client.login({ phoneNumber: NUMBER, verifyCode })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    const { signal, abort } = aborter()
    const given = failure(client.request({ path: '/me' }, { signal }), 'aborted')
    const other = me()
    abort()
    await given
    assert.equal(await other, userId)
  })

  it('says once, for all parallel calls, that the person has to log in', async (test) => {
    let times = 0
    client = createPhoneLogin({ baseUrl: local.url, apiBaseUrl, onLoginRequired: () => times++ })
    const { token } = await client.login({ phoneNumber: NUMBER, verifyCode })
    await fetch(`${local.url}/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    test.mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
    phone.requests.length = 0
    const asked = ['/a', '/b', '/c'].map((path) => failure(client.request({ path }), 'login_required'))
    await Promise.all([...asked, failure(client.account(), 'login_required')])
    assert.equal(times, 1)
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew'])
    // The person came back from the login page without logging in.
    await failure(client.request({ path: '/d' }), 'login_required')
    assert.equal(times, 2)
  })
})
