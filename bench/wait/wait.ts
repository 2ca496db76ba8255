/**
 * Measures requests and milliseconds from the tap to the token, for the compiled example and for a page written by hand, on WeChat's `wx`.
 * The functions run under Amazon's emulator, 40 ms away. `bench/run wait` prints a table (bench/README.md).
 */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { freePort } from '../../clients/uni-app/tests/support/local'
import { build } from '../../examples/uni-app/tests/support/build'
import { type MiniProgram, launch } from '../../examples/uni-app/tests/support/mini-program'
import { type Phone, phone as phoneOf, phoneNumberDetail, wx } from '../../examples/uni-app/tests/support/wx'
import { startFunctions } from './functions'
import { startGateway } from './gateway'

const ROUND_TRIP_MS = 40
/** How long a page is open before the person taps. */
const OPEN_MS = 2_000

const [emulator = '', folder = '', local = '', rounds = '9'] = process.argv.slice(2)

/** Starts `local` without its functions, and reads the variables that it prints for functions in other processes. */
async function startServices(): Promise<{ url: string; variables: Record<string, string>; stop(): void }> {
  const port = await freePort()
  const program = spawn(local, ['--services'], { env: { PORT: String(port) }, stdio: ['ignore', 'pipe', 'ignore'] })
  process.once('exit', () => program.kill())
  const variables: Record<string, string> = { IP_HOURLY_LIMIT: '1000000', SMS_DAILY_BUDGET: '1000000' }
  for await (const line of createInterface({ input: program.stdout })) {
    const [, name = '', value = ''] = /^(\w+)=(".*")$/.exec(line) ?? []
    if (name) variables[name] = String(JSON.parse(value.replaceAll('\\$', '$')))
    // The addresses come last, and this is the last of them.
    if (name === 'ALIYUN_SMS_ENDPOINT') break
  }
  return { url: `http://127.0.0.1:${port}`, variables, stop: () => void program.kill() }
}

const services = await startServices()
const functions = await startFunctions(emulator, folder, services.variables)
const gateway = await startGateway(functions, ROUND_TRIP_MS)
const compiled = await build('mp-weixin', { VITE_API_BASE: gateway.url })

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !holds(); await pause(1)) {
    if (performance.now() > end) throw new Error('timed out after ten seconds')
  }
}

let people = 0
function person(): { phone: Phone; number: string } {
  const number = `136${String(10_000_000 + people++)}`
  const name = `person${[...String(people)].map((digit) => String.fromCharCode(97 + Number(digit))).join('')}`
  const phone = phoneOf(name, [gateway.url])
  phone.number = number
  return { phone, number }
}

async function codeOf(number: string): Promise<string> {
  const messages = (await (await fetch(`${services.url}/_local/sms`)).json()) as { to: string; text: string }[]
  return /\d{6}/.exec(messages.filter(({ to }) => to === `+86${number}`).at(-1)?.text ?? '')?.[0] ?? ''
}

/** Requests and milliseconds from `act` to the account's page or the token. */
async function measured(phone: Phone, act: () => Promise<unknown>): Promise<[number, number]> {
  const before = phone.requests.length
  const start = performance.now()
  await act()
  const ms = performance.now() - start
  return [phone.requests.slice(before).filter((path) => path !== '/account').length, ms]
}

const isHome = (program: MiniProgram) => () => program.path() === 'pages/account/account'

async function opened(phone: Phone): Promise<MiniProgram> {
  const program = launch(compiled, phone)
  await pause(OPEN_MS)
  await program.tap('我已阅读并同意')
  return program
}

async function oursByTap(): Promise<[number, number]> {
  const { phone } = person()
  const program = await opened(phone)
  const result = await measured(phone, async () => {
    await program.tap('手机号一键登录')
    await until(isHome(program))
  })
  program.close()
  return result
}

async function oursBySms(): Promise<[number, number]> {
  const { phone, number } = person()
  const program = await opened(phone)
  await program.type('请输入手机号', number)
  await program.tap('获取验证码')
  await until(() => /\d+ 秒后重发/.test(program.text()))
  const code = await codeOf(number)
  // The sixth digit logs in.
  const result = await measured(phone, async () => {
    await program.type('请输入 6 位验证码', code)
    await until(isHome(program))
  })
  program.close()
  return result
}

interface Api {
  login(options: { success(result: { code: string }): void; fail(error: unknown): void }): void
  request(options: object): void
}

/** A page written by hand: it gets its ticket only after the tap. */
function byHand(phone: Phone) {
  const api = wx(phone, {}) as Api
  const post = (path: string, data: object) =>
    new Promise<Record<string, string>>((resolve, fail) => {
      const success = ({ data }: { data: Record<string, string> }) => resolve(data)
      api.request({ url: gateway.url + path, method: 'POST', data, timeout: 15_000, success, fail })
    })
  const logIn = async (more: object, last: object): Promise<void> => {
    const code = await new Promise<string>((resolve, fail) => api.login({ success: (it) => resolve(it.code), fail }))
    const { ticket } = await post('/exchange-code', { code, ...more })
    const { token } = await post('/login', { ticket, ...last })
    if (!token) throw new Error('the login failed')
  }
  return { post, logIn }
}

async function handByTap(): Promise<[number, number]> {
  const { phone } = person()
  phone.agreed = true
  await pause(OPEN_MS)
  const { code } = phoneNumberDetail(phone) as { code: string }
  return measured(phone, () => byHand(phone).logIn({ phoneCode: code }, {}))
}

async function handBySms(): Promise<[number, number]> {
  const { phone, number } = person()
  const { post, logIn } = byHand(phone)
  await pause(OPEN_MS)
  await post('/send-code', { phoneNumber: number })
  const verifyCode = await codeOf(number)
  return measured(phone, () => logIn({}, { phoneNumber: number, verifyCode }))
}

const median = (times: number[]): string => (times.sort((one, other) => one - other)[times.length >> 1] ?? 0).toFixed(0)

console.log('| from the tap to the token | requests | ms, warm | ms, functions that slept |\n| --- | --- | --- | --- |')
for (const [name, way] of [
  ['a login by SMS, by hand', handBySms],
  ['a login by SMS, this client', oursBySms],
  ['one tap, by hand', handByTap],
  ['one tap, this client', oursByTap],
] as const) {
  const [warm, cold]: [number[], number[]] = [[], []]
  let requests = 0
  await way()
  for (let round = 0; round < Number(rounds); round++) {
    const [asked, ms] = await way()
    requests = asked
    warm.push(ms)
  }
  for (let round = 0; round < Number(rounds); round++) {
    await functions.restart()
    cold.push((await way())[1])
  }
  console.log(`| ${name} | ${requests} | ${median(warm)} | ${median(cold)} |`)
}
gateway.close()
functions.stop()
services.stop()
