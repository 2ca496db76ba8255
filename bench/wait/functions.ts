/** The functions as they are deployed, each under Amazon's runtime interface emulator. */

import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from '../../clients/uni-app/tests/support/local'

/** The functions, by the paths that they answer; `login` answers all others. */
const PACKAGES = { '/send-code': 'send-code', '/exchange-code': 'exchange-code' } as const

export interface Functions {
  /** The answer of the function behind this path. An emulator takes one event at a time; the others wait. */
  invoke(path: string, event: object): Promise<Answer>
  /** Restarts all functions, so that the next event of each is a cold start. */
  restart(): Promise<void>
  stop(): void
}

export interface Answer {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body?: string
}

interface Emulated {
  readonly process: ChildProcess
  readonly url: string
  last: Promise<unknown>
}

/** Starts them from `folder`, which has `login/bootstrap` and the others, with these variables. */
export async function startFunctions(
  emulator: string,
  folder: string,
  variables: Record<string, string>,
): Promise<Functions> {
  const running = new Map<string, Emulated>()
  const stop = (): void => running.forEach(({ process }) => void process.kill())
  const restart = async (): Promise<void> => {
    stop()
    for (const name of ['send-code', 'exchange-code', 'login']) {
      const [port, runtimePort] = [await freePort(), await freePort()]
      const process = spawn(
        emulator,
        [
          ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
          ...['--runtime-api-address', `127.0.0.1:${runtimePort}`, `${folder}/${name}/bootstrap`],
        ],
        { env: { ...variables, AWS_LAMBDA_FUNCTION_NAME: name }, stdio: 'ignore' },
      )
      const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`
      running.set(name, { process, url, last: listens(port) })
    }
    await Promise.all([...running.values()].map(({ last }) => last))
  }
  await restart()
  return {
    restart,
    stop,
    invoke(path, event) {
      const it = running.get(PACKAGES[path as keyof typeof PACKAGES] ?? 'login')
      if (!it) throw new Error(`no function answers ${path}`)
      const answer = it.last.then(async () => {
        const invoked = await fetch(it.url, { method: 'POST', body: JSON.stringify(event) })
        return (await invoked.json()) as Answer
      })
      it.last = answer.catch(() => undefined)
      return answer
    },
  }
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the emulator does not start')
}
