/** The form by SMS, from the first tap to the token. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { phone as phoneOf } from '../support/wx'
import { AGREE, CODE, LOST, NUMBER, atHome, local, logIn, newPhone, opened, reads, sendCode, somebody, until, userId } from './stage'

describe('the login page', () => {
  it('lets a new user in, and a returning one', async () => {
    const { phone, program, e164 } = await somebody('newcomer')
    const code = await sendCode(program, e164)
    await logIn(program, code)
    await reads(program, '欢迎加入')
    await reads(program, /136\*\*\*\*6\d{3}/)
    assert.doesNotMatch(program.text(), /eyJ/)
    const first = await userId(program)

    await program.tap('退出登录')
    await until('nobody is back', () => program.path() === 'pages/login/login')
    assert.equal(phone.storage.size, 0)
    await program.tap(AGREE)
    await program.type(NUMBER, e164.slice(3))
    await logIn(program, code)
    await reads(program, '欢迎回来')
    assert.equal(await userId(program), first)
  })

  it('keeps the session for the next time', async () => {
    const { phone, program, e164 } = await somebody('regular')
    await logIn(program, await sendCode(program, e164))
    const again = opened(phone)
    await atHome(again)
    assert.equal(await userId(again), await userId(program))
  })

  it('asks for the agreement at the first tap that needs it, and then continues that action', async () => {
    const phone = newPhone('hesitant')
    const program = opened(phone)
    await program.type(NUMBER, '13600136999')
    await program.tap('获取验证码')
    await reads(program, '请阅读并同意')
    await program.tap('不同意')
    await reads(program, '同意《用户协议》和《隐私政策》后才能登录。')
    assert.ok(!phone.requests.includes('/send-code'))

    await program.tap('获取验证码')
    await program.tap('同意并继续')
    await reads(program, /\d+ 秒后重发/)
    assert.equal(await local.messages('+8613600136999'), 1)
  })

  it('lets people read what they agree to', async () => {
    const program = opened(newPhone('reader'))
    await program.tap('《隐私政策》')
    await until('nobody reads', () => program.path() === 'pages/legal/legal')
    for (const said of ['保存在哪里', '注销账号', '短信服务商']) assert.match(program.text(), new RegExp(said))
  })

  it('says what is missing after each tap, and moves the focus there', async () => {
    const program = opened(newPhone('hasty'))
    await program.tap('获取验证码')
    await reads(program, '请输入 11 位手机号。')
    assert.ok(program.focused(NUMBER))
    await program.type(NUMBER, '13600136996')
    await program.tap('登录')
    await reads(program, '请输入 6 位验证码。')
    assert.ok(program.focused(CODE))
  })

  it('says how many attempts a wrong code leaves, and takes the right one', async () => {
    const { program, e164 } = await somebody('fumbler')
    const code = await sendCode(program, e164)
    await program.type(CODE, code === '000000' ? '000001' : '000000')
    await reads(program, '验证码错误，还可以尝试 4 次。')
    assert.equal(program.typed(CODE), '')
    await logIn(program, code)
  })

  it('sends one code for two taps, and counts down in the next run too', async () => {
    const { phone, program, e164, number } = await somebody('drummer')
    await Promise.all([program.tap('获取验证码'), program.tap('获取验证码')])
    await reads(program, /(59|60) 秒后重发/)
    assert.equal(await local.messages(e164), 1)
    // The ticket was fetched when the page opened.
    assert.deepEqual(phone.requests, ['/exchange-code', '/renew', '/renew', '/send-code'])

    program.close()
    const again = opened(phone)
    assert.equal(again.typed(NUMBER), number)
    await reads(again, /5\d 秒后重发/)
    // Another number need not wait.
    await again.type(NUMBER, '13600136998')
    await reads(again, '获取验证码')
  })

  it('says that another phone requested a code a moment ago', async () => {
    const { program, e164 } = await somebody('sender')
    await sendCode(program, e164)
    const other = opened(newPhone('other'))
    await other.tap(AGREE)
    await other.type(NUMBER, e164.slice(3))
    await other.tap('获取验证码')
    await reads(other, /验证码刚刚发送过，请在 \d+ 秒后重试。/)
    await reads(other, /\d+ 秒后重发/)
  })

  it('says that WeChat is down, and works when it is back', async () => {
    const phone = newPhone('patient')
    phone.codes.push(...Array<string>(20).fill('http-500'))
    const program = opened(phone)
    await program.tap(AGREE)
    await program.type(NUMBER, '13600136995')
    // The code arrives anyway.
    const code = await sendCode(program, '+8613600136995')
    await program.type(CODE, code)
    await reads(program, '暂时无法连接微信，请稍后重试。')
    // The typed code still works.
    assert.equal(program.typed(CODE), code)
    phone.codes.length = 0
    await program.tap('登录')
    await atHome(program)
  })

  it('logs in after the answer to either call was lost', async () => {
    const { phone, program, e164 } = await somebody('tunnel')
    phone.faults.push(...LOST)
    await program.tap('获取验证码')
    await reads(program, '网络连接失败，请检查网络后重试。')
    phone.faults.length = 0
    await program.tap('获取验证码')
    await reads(program, /\d+ 秒后重发/)
    assert.equal(await local.messages(e164), 1)

    phone.faults.push(...LOST)
    await program.type(CODE, await local.code(e164))
    await reads(program, '网络连接失败，请检查网络后重试。')
    phone.faults.length = 0
    await program.tap('登录')
    await reads(program, '欢迎回来')
  })

  it("says so if WeChat's console does not name the back end", async () => {
    const { program } = await somebody('stranger')
    program.close()
    const phone = phoneOf('stranger', ['https://elsewhere.example'])
    const elsewhere = opened(phone)
    await elsewhere.tap(AGREE)
    await elsewhere.type(NUMBER, '13600136997')
    await elsewhere.tap('获取验证码')
    await reads(elsewhere, '网络连接失败，请检查网络后重试。')
    assert.deepEqual(phone.requests, [])
  })
})
