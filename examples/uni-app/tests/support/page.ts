/** A page as WeChat creates it from `Component(…)`: its data, life cycle and events. */

import { type Element, type Template, text } from './wxml'

type Method = (this: object, ...args: unknown[]) => unknown

/** What a page passes to `Component`, as far as uni-app uses it. */
export interface Definition {
  data?: Record<string, unknown>
  properties?: Record<string, unknown>
  methods?: Record<string, Method>
  created?: Method
  lifetimes?: Record<string, Method>
}

export interface Page {
  readonly route: string
  readonly instance: object
  view(): Element
  show(): void
  hide(): void
  unload(): void
  /** Fires an event at the last element of a path from the root; taps bubble. */
  fire(way: readonly Element[], type: string, detail: object): void
}

export function page(route: string, query: object, definition: Definition, template: Template): Page {
  const { methods = {}, lifetimes = {} } = definition
  const data: Record<string, unknown> = { ...properties(definition), ...copy(definition.data ?? {}) }
  const instance: Record<string, unknown> = {
    ...methods,
    route,
    is: route,
    data,
    properties: data,
    __wxExparserNodeId__: '1',
    __wxWebviewId__: 1,
    triggerEvent() {},
    selectComponent: () => null,
    selectAllComponents: () => [],
    setData(changes: Record<string, unknown>, done?: () => void) {
      // The logic layer and the view layer are two threads, so data are copied between them.
      for (const [path, value] of Object.entries(copy(changes))) assign(data, path, value)
      if (done) setTimeout(done)
    },
  }
  const call = (method: Method | undefined, ...args: unknown[]) => method?.call(instance, ...args)

  call(definition.created ?? lifetimes['created'])
  call(lifetimes['attached'])
  call(methods['onLoad'], query)
  call(methods['onShow'])
  setTimeout(() => {
    call(lifetimes['ready'])
    call(methods['onReady'])
  })

  return {
    route,
    instance,
    view: () => template(data),
    show: () => call(methods['onShow']),
    hide: () => call(methods['onHide']),
    unload() {
      call(methods['onUnload'])
      call(lifetimes['detached'])
    },
    fire(way, type, detail) {
      const bubbles = type === 'tap'
      const target = { id: '', dataset: {}, offsetLeft: 0, offsetTop: 0 }
      for (const element of bubbles ? [...way].reverse() : way.slice(-1)) {
        const handler = element.attributes[`bind${type}`]
        if (handler === undefined) continue
        const method = instance[String(handler)]
        if (typeof method !== 'function') throw new Error(`${text(element)}: no handler ${String(handler)}`)
        call(method as Method, { type, timeStamp: Date.now(), target, currentTarget: target, detail, mark: {} })
      }
    },
  }
}

function properties({ properties = {} }: Definition): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = typeof property === 'object' && property !== null && 'value' in property ? property.value : null
      return [name, value]
    }),
  )
}

/** Sets `a.b[0].c`. */
function assign(data: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.match(/[^.[\]]+/g) ?? []
  const last = keys.pop()
  if (last === undefined) throw new Error(`setData of ${JSON.stringify(path)}`)
  let at = data
  for (const key of keys) at = at[key] as Record<string, unknown>
  at[last] = value
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
