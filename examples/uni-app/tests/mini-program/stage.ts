/** What the mini program's tests share: the back end, the compiled program, people with phones. */

import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { type Local, startLocal } from '../../../../clients/uni-app/tests/support/local'
import { build } from '../support/build'
import { type MiniProgram, launch } from '../support/mini-program'
import { type Phone, phone as phoneOf } from '../support/wx'

export const NUMBER = '请输入手机号'
export const CODE = '请输入 6 位验证码'
export const AGREE = '我已阅读并同意'

/** Loses answers, as often as the client retries by itself. */
export const LOST = Array<'lose-answer'>(4).fill('lose-answer')

export let local: Local
let folder: string
let running: MiniProgram[] = []
let numbers = 0

before(async () => {
  local = await startLocal()
  folder = await build('mp-weixin', { VITE_API_BASE: local.url })
})
after(() => local.stop())
afterEach(() => {
  const errors = running.flatMap((program) => program.errors)
  running.forEach((program) => program.close())
  running = []
  assert.deepEqual(errors, [])
})

export const newPhone = (person: string): Phone => phoneOf(person, [local.url])

export function opened(phone: Phone): MiniProgram {
  const program = launch(folder, phone)
  running.push(program)
  return program
}

/** A login page after its first requests: whether the person is known, and for a ticket. */
export async function ready(program: MiniProgram, phone: Phone): Promise<MiniProgram> {
  await until('nothing is asked', () => phone.requests.slice(-2).join() === '/renew,/renew')
  await new Promise((resolve) => setTimeout(resolve, 50))
  return program
}

export interface Somebody {
  phone: Phone
  program: MiniProgram
  number: string
  e164: string
}

/** A person with their own number, on the login page, who has agreed and typed the number. */
export async function somebody(person: string): Promise<Somebody> {
  const number = `13600136${String(numbers++).padStart(3, '0')}`
  const phone = newPhone(person)
  const program = await ready(opened(phone), phone)
  await program.tap(AGREE)
  await program.type(NUMBER, number)
  return { phone, program, e164: `+86${number}`, number }
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(`${what}: ${running.map((program) => program.text()).join(' | ')}`)
}

export const reads = (program: MiniProgram, words: string | RegExp) =>
  until(`nobody reads ${String(words)}`, () => {
    const text = program.text()
    return typeof words === 'string' ? text.includes(words) : words.test(text)
  })

export async function sendCode(program: MiniProgram, e164: string): Promise<string> {
  await program.tap('获取验证码')
  await reads(program, /\d+ 秒后重发/)
  return local.code(e164)
}

export async function logIn(program: MiniProgram, code: string): Promise<void> {
  // The sixth digit logs in.
  await program.type(CODE, code)
  await atHome(program)
}

export const atHome = (program: MiniProgram) =>
  until('nobody is at home', () => program.path() === 'pages/account/account')

export async function userId(program: MiniProgram): Promise<string | undefined> {
  const id = /[0-9a-f]{8}-[0-9a-f-]{27}/
  await reads(program, id)
  return id.exec(program.text())?.[0]
}

