import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type PhoneLogin, createPhoneLogin } from '../src/index'
import { type Device, device } from './support/device'
import { failure } from './support/expect'
import { type Local, startLocal } from './support/local'

let local: Local
let phone: Device
let client: PhoneLogin

before(async () => {
  local = await startLocal({ WECHAT_APPS: '{"wx1111111111111111":"a secret of another"}' })
})
after(() => local.stop())
beforeEach(() => {
  phone = device()
  phone.wechatCodes = ['alice']
  client = createPhoneLogin({ baseUrl: local.url })
})

/** The button's event when the person allows it. */
const allowed = (code: string) => ({ detail: { code, errMsg: 'getPhoneNumber:ok' } })

/** The mini program in a token. */
function appOf({ token }: { token: string }): unknown {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(claims) as { azp?: unknown }).azp
}

describe('one tap', () => {
  it('is a login without an SMS, in two requests', async () => {
    const first = await client.loginByPhoneCode(allowed('13500135000'))
    assert.equal(first.isNewUser, true)
    assert.equal(client.session()?.token, first.token)
    assert.deepEqual(phone.requests, ['/exchange-code', '/login'])
    assert.equal(await local.messages('+8613500135000'), 0)

    await client.logout()
    const again = await client.loginByPhoneCode(allowed('13500135000'))
    assert.equal(again.isNewUser, false)
    assert.equal(again.userId, first.userId)
  })

  it('tapped twice is one login', async () => {
    const event = allowed('13500135001-1')
    const [one, two] = await Promise.all([client.loginByPhoneCode(event), client.loginByPhoneCode(event)])
    assert.deepEqual(one, two)
  })

  it('logs in with the same tap after the answer to the login was lost, although WeChat’s code is used up', async () => {
    phone.wechatCodes = ['bob']
    const event = allowed('13500135002-1')
    phone.faults.push(undefined, 'lose-answer')
    await failure(client.loginByPhoneCode(event), 'network_failed')
    assert.equal((await client.loginByPhoneCode(event)).isNewUser, false)
    assert.deepEqual(phone.requests, ['/exchange-code', '/login', '/login'])
  })

  it('logs in with the same tap after the request was lost', async () => {
    phone.wechatCodes = ['carol']
    const event = allowed('13500135003-1')
    phone.faults.push('lose-request')
    await failure(client.loginByPhoneCode(event), 'network_failed')
    assert.equal((await client.loginByPhoneCode(event)).isNewUser, true)
  })

  it('asks for another tap if the answer with the ticket was lost', async () => {
    phone.wechatCodes = ['dave']
    const event = allowed('13500135004-1')
    phone.faults.push('lose-answer')
    await failure(client.loginByPhoneCode(event), 'network_failed')
    await failure(client.loginByPhoneCode(event), 'phone_code_invalid')
    assert.equal((await client.loginByPhoneCode(allowed('13500135004-2'))).isNewUser, true)
  })

  it('uses the button’s code only after WeChat’s own code was valid', async () => {
    phone.wechatCodes = ['err-40029', 'erin']
    assert.equal((await client.loginByPhoneCode(allowed('13500135005-1'))).isNewUser, true)
    assert.equal(phone.logins, 2)
  })

  it('uses the number of the last tap', async () => {
    phone.wechatCodes = ['frank']
    phone.faults.push(undefined, 'lose-request')
    await failure(client.loginByPhoneCode(allowed('13500135006')), 'network_failed')
    await client.loginByPhoneCode(allowed('13500135007'))
    phone.wechatCodes = ['grace']
    client = createPhoneLogin({ baseUrl: local.url })
    assert.equal((await client.loginByPhoneCode(allowed('13500135006'))).isNewUser, true)
  })

  it('sends the AppID that the app gives, and none if it gives none', async () => {
    const second = createPhoneLogin({ baseUrl: local.url, appId: 'wx1111111111111111' })
    assert.equal(appOf(await second.loginByPhoneCode(allowed('13500135009'))), 'wx1111111111111111')
    assert.notEqual(appOf(await client.loginByPhoneCode(allowed('13500135010'))), 'wx1111111111111111')
    const unknown = createPhoneLogin({ baseUrl: local.url, appId: 'wx2222222222222222' })
    await failure(unknown.loginByPhoneCode(allowed('13500135008')), 'unknown_app')
  })
})

describe('a button that gave no number', () => {
  const refusals = [
    ['no_quota', true, { errno: 1400001, errMsg: 'getPhoneNumber:fail no enough quota' }],
    ['no_quota', true, { errno: 1400001 }],
    ['privacy_not_agreed', true, { errno: 104, errMsg: 'getPhoneNumber:fail privacy permission is not authorized' }],
    ['privacy_not_agreed', true, { errMsg: 'getPhoneNumber:fail privacy permission is not authorized in gap' }],
    ['not_permitted', true, { errno: 112, errMsg: 'getPhoneNumber:fail api scope is not declared in the privacy agreement' }],
    ['not_permitted', true, { errMsg: 'getPhoneNumber:fail no permission' }],
    ['denied', true, { errno: 103, errMsg: 'getPhoneNumber:fail user deny' }],
    ['denied', true, { errMsg: 'getPhoneNumber:fail:user deny' }],
    ['cancelled', false, { errMsg: 'getPhoneNumber:fail user cancel' }],
    ['failed', true, { errno: 102, errMsg: 'getPhoneNumber:fail jsapi has no data' }],
    ['failed', true, {}],
  ] as const
  for (const [why, useSms, detail] of refusals) {
    it(`reports ${why} for ${JSON.stringify(detail)}`, async () => {
      const error = await failure(client.loginByPhoneCode({ detail }), 'phone_number_unavailable')
      assert.deepEqual([error.why, error.useSms], [why, useSms])
      assert.notEqual(error.reason, '')
      assert.deepEqual(phone.requests, [])
    })
  }
})
