/** WeChat's button for the person's number, and the form by SMS where it returns none. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AGREE, LOST, NUMBER, atHome, local, logIn, newPhone, opened, ready, reads, sendCode, until } from './stage'

const TAP = '手机号一键登录'

describe('one tap', () => {
  it('logs in a person who has agreed, without an SMS', async () => {
    const phone = newPhone('tapper')
    phone.number = '13600137001'
    const program = await ready(opened(phone), phone)
    await program.tap(AGREE)
    await program.tap(TAP)
    await atHome(program)
    await reads(program, /欢迎加入.*136\*\*\*\*7001/)
    assert.equal(await local.messages('+8613600137001'), 0)
  })

  it('asks for the agreement first, and logs in with the tap that agrees', async () => {
    const phone = newPhone('quick')
    phone.number = '13600137002'
    const program = await ready(opened(phone), phone)
    await program.tap(TAP)
    await reads(program, '请阅读并同意')
    assert.deepEqual([phone.agreed, phone.paid], [false, 0])
    await program.tap('同意并继续')
    await atHome(program)
    assert.equal(phone.paid, 1)
  })

  it('lets people read the guidelines that WeChat asks them to agree to', async () => {
    const phone = newPhone('careful')
    const program = await ready(opened(phone), phone)
    await program.tap(TAP)
    await program.tap('《用户隐私保护指引》')
    await until('WeChat shows nothing', () => phone.guidelinesRead === 1)
  })

  it('asks WeChat for nothing if the person does not agree', async () => {
    const phone = newPhone('wary')
    const program = await ready(opened(phone), phone)
    await program.tap(TAP)
    await program.tap('不同意')
    await reads(program, '同意《用户协议》和《隐私政策》后才能登录。')
    assert.deepEqual([phone.agreed, phone.paid], [false, 0])
  })

  for (const [button, number, words] of [
    ['no-quota', '13600137010', '暂时无法一键登录，请使用短信验证码登录。'],
    ['not-declared', '13600137011', '暂时无法一键登录，请使用短信验证码登录。'],
    ['privacy-refused', '13600137013', '同意隐私保护指引后才能一键登录，也可以使用短信验证码登录。'],
    ['denied', '13600137012', '没有得到手机号授权，请使用短信验证码登录。'],
  ] as const) {
    it(`goes to the form by SMS: ${button}`, async () => {
      const phone = newPhone(`person-${button}`)
      phone.button = button
      const program = await ready(opened(phone), phone)
      await program.tap(TAP)
      await program.tap('同意并继续')
      await reads(program, words)
      assert.ok(program.focused(NUMBER))
      // Another tap can help only if it was the person who refused.
      assert.equal(program.text().includes(TAP), ['privacy-refused', 'denied'].includes(button))

      await program.type(NUMBER, number)
      await logIn(program, await sendCode(program, `+86${number}`))
    })
  }

  it('stays as it was if the person closes the sheet', async () => {
    const phone = newPhone('undecided')
    phone.button = 'cancelled'
    const program = await ready(opened(phone), phone)
    await program.tap(AGREE)
    await program.tap(TAP)
    await reads(program, '已取消一键登录。')
    assert.ok(!program.focused(NUMBER))
    phone.button = 'allowed'
    phone.number = '13600137003'
    await program.tap(TAP)
    await atHome(program)
  })

  it('pays for one number when an answer is lost', async () => {
    const phone = newPhone('underground')
    phone.number = '13600137004'
    const program = await ready(opened(phone), phone)
    await program.tap(AGREE)
    // The exchange's answer arrives, the login's does not.
    phone.faults.push(undefined, ...LOST)
    await program.tap(TAP)
    await reads(program, '网络连接失败，请检查网络后重试。')
    phone.faults.length = 0
    await program.tap('重试一键登录')
    await atHome(program)
    assert.equal(phone.paid, 1)
  })
})
