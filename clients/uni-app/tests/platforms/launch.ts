/** Launches a compiled mini program like WeChat: its modules, `App`, and no window. It draws no page. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { type Phone, wx } from '../../../../examples/uni-app/tests/support/wx'

type Module = (require: (path: string) => unknown, module: { exports: unknown }, exports: unknown) => void

/** Resolves to what the program stored under `report`. */
export async function launch(folder: string, phone: Phone): Promise<unknown> {
  const errors: unknown[] = []
  let app: Record<string, ((options: object) => void) | undefined> = {}
  const context = createContext({
    wx: wx(phone, {}),
    App: (options: typeof app) => (app = options),
    Page() {},
    Component() {},
    Behavior: (options: unknown) => options,
    getApp: () => app,
    getCurrentPages: () => [],
    console: { ...console, error: (...args: unknown[]) => void errors.push(...args) },
    setTimeout: (run: () => void, after?: number) => kept(setTimeout(run, after)),
    setInterval: (run: () => void, every?: number) => kept(setInterval(run, every)),
    ...{ clearTimeout, clearInterval },
  })
  runInContext('var global = globalThis', context)
  const timers: NodeJS.Timeout[] = []
  function kept(timer: NodeJS.Timeout): NodeJS.Timeout {
    timers.push(timer)
    return timer
  }

  const modules = new Map<string, { exports: unknown }>()
  const load = (file: string): unknown => {
    const loaded = modules.get(file)
    if (loaded) return loaded.exports
    const module = { exports: {} }
    modules.set(file, module)
    const source = `(function (require, module, exports) {${readFileSync(file, 'utf8')}\n})`
    const run = runInContext(source, context, { filename: file }) as Module
    run((path) => load(resolved(folder, dirname(file), path)), module, module.exports)
    return module.exports
  }
  load(join(folder, 'app.js'))
  const options = { path: 'pages/index/index', scene: 1001, query: {} }
  for (const moment of ['onLaunch', 'onShow']) app[moment]?.(options)

  for (let tries = 0; tries < 1000 && !phone.storage.has('report'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  timers.forEach(clearTimeout)
  const report = phone.storage.get('report')
  if (report !== undefined) return JSON.parse(report)
  throw new Error(`no report: ${errors.map(String).join('; ')}`)
}

/** WeChat looks for packages in `miniprogram_npm`, where its tools put them. */
function resolved(root: string, from: string, path: string): string {
  const file = path.startsWith('.') || path.startsWith('/') ? join(from, path) : join(root, 'miniprogram_npm', path, 'index')
  return file.endsWith('.js') ? file : `${file}.js`
}
