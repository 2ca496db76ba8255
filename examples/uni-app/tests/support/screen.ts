/** What a person meets in the browser: texts, keys, pictures; and axe, which checks accessibility. */

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'puppeteer-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export type Theme = 'light' | 'dark'

export interface Screen {
  /** Waits until this text is visible. */
  reads(words: string): Promise<void>
  tap(label: string): Promise<void>
  /** Presses Tab until the element with this name has the focus; fails if it never does. */
  tabTo(name: string): Promise<void>
  /** Waits until the element with this name has the focus. */
  isAt(name: string): Promise<void>
  /** The names that Tab reaches, in order, from the page's start. */
  order(): Promise<string[]>
  /** Fails if axe finds a fault in the page, in the light or the dark theme. */
  accessible(): Promise<void>
  theme(value: Theme): Promise<void>
  picture(name: string): Promise<void>
}

export function screen(page: Page, folder: string): Screen {
  const picture = async (name: string) => void (await page.screenshot({ path: `${folder}uni-app-${name}.png` }))
  const theme = (value: Theme) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
  const drawn = () =>
    page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement
      return at?.getAttribute('aria-label') ?? (at as HTMLElement | null)?.innerText.trim() ?? ''
    })
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (let tries = 0; tries < 250; tries++) {
      if (await holds()) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await picture('failed')
    assert.fail(`${what}: ${await page.evaluate(() => document.body.innerText)}`)
  }

  /** axe's findings, and the places where it cannot measure a contrast. */
  const axe = () =>
    page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(where?: string): Promise<AxeResults> } }
      const { violations, incomplete } = await axe.run()
      // A placeholder lies below its field, which has no background: measured again with the field hidden.
      const undecided = incomplete
        .filter(({ id }) => id === 'color-contrast')
        .filter(({ nodes }) => !nodes.every(({ html }) => html.includes('uni-input-placeholder')))
      const fields = [...document.querySelectorAll<HTMLElement>('.uni-input-input')]
      fields.forEach(({ style }) => (style.visibility = 'hidden'))
      const placeholders = fields.length > 0 ? await axe.run('.uni-input-placeholder') : { violations: [], incomplete: [] }
      fields.forEach(({ style }) => (style.visibility = ''))
      return [...violations, ...undecided, ...placeholders.violations, ...placeholders.incomplete]
    })

  return {
    picture,
    reads: (words) =>
      until(`${words} is not to be read`, () =>
        page.evaluate((words) => document.body.innerText.includes(words), words),
      ),
    tap: (label) => page.locator(`::-p-text(${label})`).click(),
    async tabTo(name) {
      const passed: string[] = []
      for (let presses = 0; presses < 20; presses++) {
        const at = await focused()
        if (at === name) return
        passed.push(at)
        await page.keyboard.press('Tab')
      }
      assert.fail(`Tab does not reach ${name}: ${passed.join(' → ')}`)
    },
    isAt: (name) => until(`${name} has no focus`, async () => (await focused()) === name),
    async order() {
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
      const names: string[] = []
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press('Tab')
        const at = await focused()
        if (at === '' || at === names[0] || (await page.evaluate(() => document.activeElement === document.body))) break
        names.push(at)
      }
      return names
    },
    theme,
    async accessible() {
      await page.addScriptTag({ path: AXE })
      // axe cannot check what the window's edge cuts off.
      const window = page.viewport()
      await page.setViewport({ ...window, width: window?.width ?? 390, height: 2000 })
      const said: string[] = []
      for (const value of ['dark', 'light'] as const) {
        await theme(value)
        await drawn()
        for (const { id, nodes } of await axe()) {
          said.push(...nodes.map(({ html, failureSummary }) => `${value}, ${id}: ${html}\n${failureSummary ?? ''}`))
        }
      }
      await page.setViewport(window)
      assert.deepEqual(said, [])
    },
  }
}
