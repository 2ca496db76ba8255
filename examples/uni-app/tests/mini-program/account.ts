/** The account page: show the account, log out, delete it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LOST, atHome, logIn, opened, ready, reads, sendCode, somebody, until, userId } from './stage'

describe('the account page', () => {
  it('shows the number masked, and no token', async () => {
    const { program, e164, number } = await somebody('shy')
    await logIn(program, await sendCode(program, e164))
    await reads(program, `${number.slice(0, 3)}****${number.slice(7)}`)
    assert.doesNotMatch(program.text(), /eyJ/)
  })

  it('says that the network is gone, and tries again', async () => {
    const { phone, program, e164 } = await somebody('rural')
    await logIn(program, await sendCode(program, e164))
    await userId(program)
    phone.faults.push(...LOST)
    const again = opened(phone)
    await reads(again, '网络连接失败，请检查网络后重试。')
    phone.faults.length = 0
    await again.tap('重试')
    assert.equal(await userId(again), await userId(program))
  })

  it('deletes the account only after the person has confirmed', async () => {
    const { phone, program, e164, number } = await somebody('leaver')
    await logIn(program, await sendCode(program, e164))
    const before = await userId(program)

    await program.tap('注销账号')
    await reads(program, '确定注销账号吗？')
    await program.tap('暂不注销')
    await program.tap('退出登录')
    await until('nobody is out', () => program.path() === 'pages/login/login')
    phone.number = number
    await ready(program, phone)
    await program.tap('手机号一键登录')
    await program.tap('同意并继续')
    assert.equal(await userId(program), before)

    await program.tap('注销账号')
    await program.tap('确定注销')
    await until('nobody is out', () => program.path() === 'pages/login/login')
    assert.equal(phone.storage.size, 0)
    await ready(program, phone)
    await program.tap('手机号一键登录')
    await program.tap('同意并继续')
    await reads(program, '欢迎加入')
    assert.notEqual(await userId(program), before)
  })

  it('opens without an SMS for a person whom the back end knows, even if the storage was cleared', async () => {
    const { phone, program, e164 } = await somebody('reinstalled')
    await logIn(program, await sendCode(program, e164))
    phone.storage.clear()
    const again = opened(phone)
    await atHome(again)
    assert.equal(await userId(again), await userId(program))
  })
})
