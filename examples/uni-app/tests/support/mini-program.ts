/** Runs a compiled mini program like WeChat: modules, `App`, `Component`, a stack of pages, and a person's taps. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { type Definition, type Page, page } from './page'
import { type Phone, phoneNumberDetail, wx } from './wx'
import { type Element, find, template, text } from './wxml'

export interface MiniProgram {
  /** The current page: `pages/login/login`. */
  path(): string
  /** All visible text. */
  text(): string
  /** The value of the input field with this placeholder. */
  typed(placeholder: string): string
  /** Whether the program has put the focus there. */
  focused(placeholder: string): boolean
  /** Taps the element with this text; a disabled button ignores taps. */
  tap(label: string): Promise<void>
  type(placeholder: string, keys: string): Promise<void>
  /** The program's errors on the console. */
  readonly errors: string[]
  close(): void
}

/** Waits until the view shows the last change's data, as a person would. */
const shown = () => new Promise((resolve) => setTimeout(resolve, 5))

export function launch(folder: string, phone: Phone): MiniProgram {
  const errors: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const definitions = new Map<string, Definition>()
  const pages: Page[] = []
  let app: Record<string, unknown> = {}
  let registering = ''

  const open = (url: string): void => {
    const [path = '', query = ''] = url.replace(/^\//, '').split('?')
    if (!definitions.has(path)) {
      registering = path
      load(join(folder, `${path}.js`))
    }
    const definition = definitions.get(path)
    if (!definition) throw new Error(`${path} did not call Component`)
    const view = template(readFileSync(join(folder, `${path}.wxml`), 'utf8'))
    const parameters = Object.fromEntries(query.split('&').filter(Boolean).map((pair) => pair.split('=')))
    pages.push(page(path, parameters, definition, view))
  }
  const close = (): void => pages.pop()?.unload()
  const navigation = {
    reLaunch({ url }: { url: string }) {
      while (pages.length > 0) close()
      open(url)
    },
    redirectTo({ url }: { url: string }) {
      close()
      open(url)
    },
    navigateTo({ url }: { url: string }) {
      pages.at(-1)?.hide()
      open(url)
    },
    navigateBack() {
      close()
      pages.at(-1)?.show()
    },
  }

  // WeChat's logic layer beside the language itself: no window, no fetch, no URL.
  const context = createContext({
    wx: wx(phone, navigation),
    App: (options: Record<string, unknown>) => (app = options),
    Page() {
      throw new Error('uni-app makes its pages by Component')
    },
    Component: (definition: Definition) => definitions.set(registering, definition),
    getApp: () => app,
    getCurrentPages: () => pages.map(({ instance }) => instance),
    console: { ...console, error: (...args: unknown[]) => void errors.push(args.map(String).join(' ')) },
    setTimeout: (run: () => void, after?: number) => kept(setTimeout(run, after)),
    clearTimeout,
    setInterval: (run: () => void, every?: number) => kept(setInterval(run, every)),
    clearInterval,
  })
  runInContext('var global = globalThis', context)
  let closed = false
  function kept(timer: NodeJS.Timeout): NodeJS.Timeout {
    if (closed) clearTimeout(timer)
    timers.add(timer)
    return timer
  }

  const modules = new Map<string, { exports: unknown }>()
  function load(file: string): unknown {
    const loaded = modules.get(file)
    if (loaded) return loaded.exports
    const module = { exports: {} }
    modules.set(file, module)
    const source = readFileSync(file, 'utf8')
    const run = runInContext(`(function (require, module, exports) {${source}\n})`, context, { filename: file }) as (
      require: (path: string) => unknown,
      ...module: unknown[]
    ) => void
    run((path) => load(join(dirname(file), path)), module, module.exports)
    return module.exports
  }

  const manifest = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8')) as { pages: string[] }
  for (const path of manifest.pages) {
    if (!existsSync(join(folder, `${path}.wxml`))) throw new Error(`app.json names ${path}, which is missing`)
  }
  load(join(folder, 'app.js'))
  const launched = { path: manifest.pages[0], scene: 1001, query: {} }
  for (const moment of ['onLaunch', 'onShow']) (app[moment] as ((options: object) => void) | undefined)?.(launched)
  open(manifest.pages[0] ?? '')

  const top = (): Page => {
    const page = pages.at(-1)
    if (!page) throw new Error('no page is open')
    return page
  }
  const seen = (what: string, matches: (element: Element) => boolean): Element[] => {
    const way = find(top().view(), matches)
    if (way.length === 0) throw new Error(`${top().route} has no ${what}: ${text(top().view())}`)
    return way
  }
  const field = (placeholder: string) =>
    seen(placeholder, ({ attributes }) => attributes['placeholder'] === placeholder)

  return {
    errors,
    path: () => top().route,
    text: () => text(top().view()),
    typed: (placeholder) => String(field(placeholder).at(-1)?.attributes['value'] ?? ''),
    focused: (placeholder) => field(placeholder).at(-1)?.attributes['focus'] === true,
    async tap(label) {
      await shown()
      const way = seen(label, (element) => text(element).trim() === label)
      if (way.some(({ attributes }) => attributes['disabled'] === true)) return
      const around = way.find(({ tag }) => tag === 'label')
      const box = around && find(around, ({ tag }) => tag === 'checkbox').at(-1)
      const group = way.findIndex(({ tag }) => tag === 'checkbox-group')
      // A label passes its tap on to its checkbox, whose group then reports what is ticked.
      if (box && group >= 0) {
        const value = box.attributes['checked'] ? [] : [box.attributes['value']]
        top().fire(way.slice(0, group + 1), 'change', { value })
        return
      }
      const page = top()
      page.fire(way, 'tap', { x: 1, y: 1 })
      await useOpenType(page, way, phone)
    },
    async type(placeholder, keys) {
      await shown()
      const way = field(placeholder)
      const value = keys.slice(0, Number(way.at(-1)?.attributes['maxlength'] ?? 140))
      top().fire(way, 'input', { value, cursor: value.length })
    },
    close() {
      closed = true
      while (pages.length > 0) close()
      timers.forEach(clearTimeout)
    },
  }
}

/** What WeChat does when a button with an `open-type` is tapped. */
async function useOpenType(page: Page, way: readonly Element[], phone: Phone): Promise<void> {
  const at = way.findIndex(({ tag }) => tag === 'button')
  const { attributes = {} } = way[at] ?? {}
  const types = String(attributes['open-type'] ?? '').split('|')
  if (types.includes('agreePrivacyAuthorization')) {
    phone.agreed = true
    page.fire(way.slice(0, at + 1), 'agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' })
  }
  if (!types.includes('getPhoneNumber')) return
  // WeChat asks the person, while the page continues. If the button is gone by then, nobody is told.
  await shown()
  const handler = attributes['bindgetphonenumber']
  const there = find(page.view(), (element) => element.attributes['bindgetphonenumber'] === handler)
  if (there.length > 0) page.fire(there, 'getphonenumber', phoneNumberDetail(phone))
}
