/** The whole back end: `local` in its own process, on a free port. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../../target/debug/local', import.meta.url))

export interface Local {
  readonly url: string
  /** The last code sent to a number in E.164. */
  code(to: string): Promise<string>
  /** How many messages were sent to it. */
  messages(to: string): Promise<number>
  stop(): Promise<void>
}

/** Starts it with these settings. */
export async function startLocal(settings: Record<string, string> = {}): Promise<Local> {
  if (!existsSync(PROGRAM)) throw new Error('target/debug/local is missing: cargo build -p local')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = spawn(PROGRAM, { env: { ...process.env, ...settings, PORT: String(port) }, stdio: 'ignore' })
  process.once('exit', () => program.kill())
  await answers(`${url}/_local/sms`, program)

  const sms = async (to: string): Promise<string[]> => {
    const messages = (await (await fetch(`${url}/_local/sms`)).json()) as { to: string; text: string }[]
    return messages.filter((message) => message.to === to).map((message) => message.text)
  }
  return {
    url,
    async code(to) {
      const code = /\d{6}/.exec((await sms(to)).at(-1) ?? '')?.[0]
      if (!code) throw new Error(`no code was sent to ${to}`)
      return code
    },
    messages: async (to) => (await sms(to)).length,
    async stop() {
      const gone = once(program, 'exit')
      program.kill()
      await gone
    },
  }
}

async function answers(url: string, program: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (program.exitCode !== null) throw new Error(`local ended with ${program.exitCode}`)
    if (await fetch(url).then((answer) => answer.ok, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  program.kill()
  throw new Error('local did not answer within ten seconds')
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
