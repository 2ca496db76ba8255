/** Renders WXML with a page's data, as WeChat's view layer does. */

import { Parser } from 'htmlparser2'

export interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly children: readonly (Element | string)[]
}

type Data = Readonly<Record<string, unknown>>

/** An element as written, with unevaluated expressions. */
interface Source {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (Source | string)[]
}

export type Template = (data: Data) => Element

export function template(text: string): Template {
  const root: Source = { tag: 'page', attributes: {}, children: [] }
  const open = [root]
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const element = { tag, attributes, children: [] }
        open.at(-1)?.children.push(element)
        open.push(element)
      },
      ontext: (text) => void open.at(-1)?.children.push(text),
      onclosetag: () => void open.pop(),
      onerror(error) {
        throw error
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(text)
  return (data) => ({ tag: 'page', attributes: {}, children: children(root, data) })
}

function children(source: Source, data: Data): (Element | string)[] {
  const shown: (Element | string)[] = []
  // Whether an earlier branch of the same `wx:if` was chosen.
  let taken = false
  for (const child of source.children) {
    if (typeof child === 'string') {
      shown.push(String(value(child, data) ?? ''))
      continue
    }
    const { 'wx:if': condition, 'wx:elif': otherwiseIf, 'wx:for': list } = child.attributes
    if (condition !== undefined) taken = false
    const branch = condition ?? otherwiseIf
    const otherwise = otherwiseIf !== undefined || 'wx:else' in child.attributes
    if (otherwise && taken) continue
    if (branch !== undefined) {
      taken = Boolean(value(branch, data))
      if (!taken) continue
    }
    if (list === undefined) shown.push(...element(child, data))
    else {
      const item = child.attributes['wx:for-item'] ?? 'item'
      const index = child.attributes['wx:for-index'] ?? 'index'
      const items = value(list, data)
      if (!Array.isArray(items)) throw new Error(`wx:for over ${JSON.stringify(items)}`)
      items.forEach((one: unknown, at) => shown.push(...element(child, { ...data, [item]: one, [index]: at })))
    }
  }
  return shown
}

function element(source: Source, data: Data): (Element | string)[] {
  // A block is not an element, only a place for `wx:if` and `wx:for`.
  if (source.tag === 'block') return children(source, data)
  const attributes = Object.fromEntries(
    Object.entries(source.attributes)
      .filter(([name]) => !name.startsWith('wx:'))
      .map(([name, text]) => [name, value(text, data)]),
  )
  return [{ tag: source.tag, attributes, children: children(source, data) }]
}

/** The value of a text with `{{ }}`: a single expression keeps its type, anything else is a text. */
function value(text: string, data: Data): unknown {
  const alone = /^\{\{([^{}]*)\}\}$/.exec(text)
  if (alone) return evaluate(alone[1] ?? '', data)
  return text.replace(/\{\{([^{}]*)\}\}/g, (_, expression: string) => String(evaluate(expression, data) ?? ''))
}

function evaluate(expression: string, data: Data): unknown {
  // A name that the data does not have is undefined, not an error.
  const scope = new Proxy(data, { has: (_, name) => typeof name === 'string' })
  return (new Function('data', `with (data) { return (${expression}) }`) as (data: unknown) => unknown)(scope)
}

/** Its visible text. */
export function text(node: Element | string): string {
  return typeof node === 'string' ? node : node.children.map(text).join('')
}

/** The path from the root to the innermost element that matches; empty if there is none. */
export function find(root: Element, matches: (element: Element) => boolean): Element[] {
  for (const child of root.children) {
    if (typeof child === 'string') continue
    const inner = find(child, matches)
    if (inner.length > 0) return [root, ...inner]
    if (matches(child)) return [root, child]
  }
  return []
}
