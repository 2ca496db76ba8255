/** The compiled H5 page in Chromium, against the whole back end. Its pictures lie in `target/screens`. */

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'puppeteer-core'
import { type Local, startLocal } from '../../../clients/uni-app/tests/support/local'
import { chromium, serve } from './support/browser'
import { build } from './support/build'

const SCREENS = fileURLToPath(new URL('../../../target/screens/', import.meta.url))
const NUMBER = '13500135000'

let local: Local
let site: { url: string; server: Server }
let browser: Browser
let page: Page
const errors: string[] = []

before(async () => {
  mkdirSync(SCREENS, { recursive: true })
  local = await startLocal()
  // A browser has no WeChat: this name is what stands in for `uni.login`.
  site = await serve(await build('h5', { VITE_API_BASE: local.url, VITE_WECHAT_CODE: 'alice' }))
  browser = await chromium()
  page = await browser.newPage()
  await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, hasTouch: true, isMobile: true })
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // The browser itself notes answers of 4xx; they are what is tested.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text())
  })
})
after(async () => {
  await browser?.close()
  site?.server.closeAllConnections()
  site?.server.close()
  await local?.stop()
})

async function reads(words: string): Promise<void> {
  const there = (words: string) => document.body.innerText.includes(words)
  await page.waitForFunction(there, { timeout: 5000 }, words).catch(async () => {
    await picture('failed')
    assert.fail(`${words} is not to be read: ${await page.evaluate(() => document.body.innerText)}`)
  })
}
const tap = (label: string) => page.locator(`::-p-text(${label})`).click()
// uni-app's field tells of keys a tenth of a second late: like a person, wait until the button has lit up.
const sendCode = () => page.locator('.send:not(.off)').click()
const logIn = () => page.locator('uni-button:not([disabled])').click()
const type = async (nth: number, keys: string) => {
  const fields = await page.$$('input:not([type=checkbox])')
  await fields[nth]?.type(keys)
}
const picture = (name: string) => page.screenshot({ path: `${SCREENS}uni-app-${name}.png` })

describe('the H5 page', () => {
  it('goes from the number to the token', async () => {
    await page.goto(site.url)
    await reads('手机号登录')
    await picture('1-empty')

    await type(0, NUMBER)
    await sendCode()
    await reads('请先阅读并同意用户协议和隐私政策。')
    await picture('2-not-agreed')

    await tap('我已阅读并同意')
    await sendCode()
    await reads('秒后重发')
    const code = await local.code(`+86${NUMBER}`)
    await type(1, code === '000000' ? '000001' : '000000')
    await logIn()
    await reads('验证码错误，还可以尝试 4 次。')
    const empty = () => document.querySelectorAll<HTMLInputElement>('input:not([type=checkbox])')[1]?.value === ''
    await page.waitForFunction(empty, { timeout: 5000 })
    await picture('3-wrong-code')

    await type(1, code)
    await page.waitForSelector('uni-button:not([disabled])')
    await picture('4-ready')
    await logIn()
    await reads('欢迎加入')
    await picture('5-home')
  })

  it('knows who is logged in when it is opened again, until they log out', async () => {
    await page.goto('about:blank')
    await page.goto(site.url)
    await reads('欢迎回来')
    await tap('退出登录')
    await reads('手机号登录')
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('session'))), [])
  })

  it('shows what is agreed to', async () => {
    await tap('《隐私政策》')
    await reads('我们收集您填写的手机号')
    await picture('6-privacy')
  })

  it('fits a wide window', async () => {
    await page.setViewport({ width: 1280, height: 800 })
    await page.goto('about:blank')
    await page.goto(site.url)
    await reads('手机号登录')
    await picture('7-wide')
    const width = await page.evaluate(() => document.querySelector('uni-button')?.getBoundingClientRect().width ?? 0)
    assert.ok(width > 200 && width < 480, `the button is ${width} pixels wide`)
  })

  it('says so where there is no WeChat and nothing stands in for it', async () => {
    await build('h5', { VITE_API_BASE: local.url, VITE_WECHAT_CODE: '' })
    await page.goto('about:blank')
    await page.goto(site.url)
    await reads('手机号登录')
    await type(0, NUMBER)
    await type(1, '123456')
    await tap('我已阅读并同意')
    await logIn()
    await reads('微信登录失败，请重试。')
  })

  it('logs no error', () => assert.deepEqual(errors, []))
})
