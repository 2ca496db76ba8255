/** The compiled H5 page in Chromium, against the whole back end. Its pictures are in `target/screens`. */

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'puppeteer-core'
import { type Local, startLocal } from '../../../clients/uni-app/tests/support/local'
import { chromium, serve } from './support/browser'
import { build } from './support/build'
import { type Screen, screen } from './support/screen'

const SCREENS = fileURLToPath(new URL('../../../target/screens/', import.meta.url))
const NUMBER = '13500135000'
const KEYBOARD = '13500136000'

let local: Local
let site: { url: string; server: Server }
let browser: Browser
let page: Page
let see: Screen
const errors: string[] = []

before(async () => {
  mkdirSync(SCREENS, { recursive: true })
  local = await startLocal()
  // A browser has no WeChat: this name replaces `uni.login`.
  site = await serve(await build('h5', { VITE_API_BASE: local.url, VITE_WECHAT_CODE: 'alice' }))
  browser = await chromium()
  page = await browser.newPage()
  see = screen(page, SCREENS)
  await page.setViewport({ width: 390, height: 640, deviceScaleFactor: 2, hasTouch: true, isMobile: true })
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // The browser logs 4xx answers as errors, but the tests cause them on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text())
  })
})
after(async () => {
  await browser?.close()
  site?.server.closeAllConnections()
  site?.server.close()
  await local?.stop()
})

async function open(): Promise<void> {
  await page.goto('about:blank')
  await page.goto(site.url)
}

async function type(name: string, keys: string): Promise<void> {
  await page.locator(`input[aria-label="${name}"]`).click()
  await page.keyboard.type(keys)
  // uni-app's field reports keys after a tenth of a second: nobody taps sooner.
  await new Promise((resolve) => setTimeout(resolve, 150))
}

/** Digits that are not the code. */
const other = (code: string) => (code === '000000' ? '000001' : '000000')

describe('the H5 page', () => {
  it('goes from the number to the account', async () => {
    await open()
    await see.reads('手机号登录')
    await see.picture('1-empty')

    await type('手机号', NUMBER)
    await see.tap('获取验证码')
    await see.reads('请阅读并同意')
    await see.picture('2-asked')
    await see.tap('不同意')
    await see.reads('同意《用户协议》和《隐私政策》后才能登录。')
    assert.equal(await local.messages(`+86${NUMBER}`), 0)

    await see.tap('获取验证码')
    await see.tap('同意并继续')
    await see.reads('验证码已发送')
    await see.isAt('6 位验证码')
    await see.picture('3-sent')
    const code = await local.code(`+86${NUMBER}`)
    await page.keyboard.type(other(code))
    await see.reads('验证码错误，还可以尝试 4 次。')
    await see.isAt('6 位验证码')
    const empty = () => document.querySelector<HTMLInputElement>('input[aria-label="6 位验证码"]')?.value === ''
    await page.waitForFunction(empty, { timeout: 5000 })
    await see.picture('4-wrong-code')
    // The sixth digit logs in.
    await page.keyboard.type(code)
    await see.reads('欢迎加入')
    await see.reads('135****5000')
    await see.picture('5-account')
  })

  it('knows who is logged in when it is opened again, until they log out', async () => {
    await open()
    await see.reads('欢迎回来')
    await see.tap('退出登录')
    await see.reads('手机号登录')
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('session'))), [])
  })

  it('shows what is agreed to', async () => {
    await see.tap('《隐私政策》')
    await see.reads('我们收集什么')
    await see.picture('6-privacy')
  })

  it('says what is missing after each tap, and moves the focus there', async () => {
    await open()
    await see.tap('获取验证码')
    await see.reads('请输入 11 位手机号。')
    await see.isAt('手机号')
    await type('手机号', NUMBER)
    await page.locator('uni-button').click()
    await see.reads('请输入 6 位验证码。')
    await see.isAt('6 位验证码')
  })

  it('lets the browser fill in the code from the message', async () => {
    const field = await page.$('input[aria-label="6 位验证码"]')
    assert.deepEqual(await field?.evaluate((input) => [input.autocomplete, input.type]), ['one-time-code', 'tel'])
  })

  it('works with the keyboard alone', async () => {
    await open()
    await see.reads('手机号登录')
    const agreement = '我已阅读并同意用户协议和隐私政策'
    const controls = ['手机号', '6 位验证码', '获取验证码', '登录', agreement, '《用户协议》', '《隐私政策》']
    assert.deepEqual(await see.order(), controls)

    await see.tabTo('《隐私政策》')
    await page.keyboard.press('Enter')
    await see.reads('我们收集什么')
    await see.accessible()
    await see.tabTo('返回')
    await page.keyboard.press('Enter')

    await see.tabTo('手机号')
    await page.keyboard.type(KEYBOARD)
    await page.keyboard.press('Enter')
    await see.isAt('请阅读并同意')
    assert.deepEqual(await see.order(), ['《用户协议》', '《隐私政策》', '同意并继续', '不同意'])
    // The focus cannot get behind the question, forwards or backwards.
    await page.focus('[aria-modal]')
    await page.keyboard.down('Shift')
    await page.keyboard.press('Tab')
    await page.keyboard.up('Shift')
    assert.ok(await page.evaluate(() => !document.activeElement?.closest('[role=main]')))
    await page.focus('[aria-modal]')
    await page.keyboard.press('Escape')
    await see.isAt('手机号')
    await page.keyboard.press('Enter')
    await see.tabTo('同意并继续')
    await page.keyboard.press('Space')
    await see.isAt('6 位验证码')
    await page.keyboard.type(await local.code(`+86${KEYBOARD}`))
    await see.reads('135****6000')
    await see.accessible()
    await see.tabTo('注销账号')
    await page.keyboard.press('Enter')
    await see.isAt('确定注销账号吗？')
    await see.accessible()
    await page.keyboard.press('Escape')
    await see.isAt('注销账号')
    await see.tabTo('退出登录')
    await page.keyboard.press('Enter')
    await see.reads('手机号登录')
  })

  it('ticks the agreement by the keyboard, and tells it to a screen reader', async () => {
    await open()
    await see.reads('手机号登录')
    const ticked = () => page.$eval('[role=checkbox]', (box) => box.getAttribute('aria-checked'))
    assert.equal(await ticked(), 'false')
    await see.tabTo('我已阅读并同意用户协议和隐私政策')
    await page.keyboard.press('Space')
    assert.equal(await ticked(), 'true')
  })

  it('can be read in both themes, by everybody', async () => {
    await open()
    await see.reads('手机号登录')
    await see.accessible()
    await see.theme('dark')
    await see.picture('8-dark')
    await see.theme('light')
    await see.tap('获取验证码')
    await see.reads('请输入 11 位手机号。')
    await see.accessible()
    await type('手机号', NUMBER)
    await see.tap('获取验证码')
    await see.reads('请阅读并同意')
    await see.accessible()
    await see.theme('dark')
    await see.picture('9-asked-dark')
    assert.equal(await page.$eval('uni-page-body', (ground) => getComputedStyle(ground).backgroundColor), 'rgb(17, 17, 19)')
    await see.theme('light')
  })

  it('fits a wide window', async () => {
    await page.setViewport({ width: 1280, height: 800 })
    await open()
    await see.reads('手机号登录')
    await see.picture('7-wide')
    const width = await page.evaluate(() => document.querySelector('uni-button')?.getBoundingClientRect().width ?? 0)
    const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight)
    assert.ok(!scrolls, 'a page that fits scrolls')
    assert.ok(width > 200 && width < 480, `the button is ${width} pixels wide`)
  })

  it('says so if there is no WeChat and nothing replaces it', async () => {
    await build('h5', { VITE_API_BASE: local.url, VITE_WECHAT_CODE: '' })
    await open()
    await type('手机号', NUMBER)
    await see.tap('我已阅读并同意')
    await type('6 位验证码', '123456')
    await see.reads('微信登录失败，请重试。')
  })

  it('logs no error', () => assert.deepEqual(errors, []))
})
