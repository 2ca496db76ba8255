/** A new project adopts the client in the three steps of its README, and nothing else; the compiled result logs in. */

import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Local, startLocal } from '../../../clients/uni-app/tests/support/local'
import { build } from './support/build'
import { type MiniProgram, launch } from './support/mini-program'
import { phone } from './support/wx'

const CLIENT = fileURLToPath(new URL('../../../clients/uni-app/', import.meta.url))
// Inside this project, because uni-app's packages are installed here.
const ADOPTED = fileURLToPath(new URL('../dist/adopted/', import.meta.url))

/** The files of a new uni-app project with Vue 3 and JavaScript. */
const SKELETON = {
  'package.json': JSON.stringify({
    type: 'module',
    scripts: { 'build:mp-weixin': 'uni build -p mp-weixin' },
    // uni's compiler looks for its platforms here.
    dependencies: { '@dcloudio/uni-app': '*', '@dcloudio/uni-mp-weixin': '*', vue: '*' },
    devDependencies: { '@dcloudio/vite-plugin-uni': '*' },
  }),
  'vite.config.js': `
    import uni from '@dcloudio/vite-plugin-uni'
    export default { plugins: [(uni.default ?? uni)()] }`,
  'src/main.js': `
    import { createSSRApp } from 'vue'
    import App from './App.vue'
    export function createApp() {
      return { app: createSSRApp(App) }
    }`,
  'src/App.vue': '<script>export default {}</script>',
  'src/pages.json': '{ "pages": [{ "path": "pages/index/index", "style": {} }] }',
  'src/manifest.json': '{ "name": "adopted", "vueVersion": "3", "mp-weixin": { "usingComponents": true } }',
}

let local: Local
before(async () => {
  local = await startLocal({ RESEND_COOLDOWN_SECONDS: '1' })
})
after(() => local.stop())

async function write(project: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(new URL('.', `file://${project}${name}`), { recursive: true })
    await writeFile(project + name, content)
  }
}

async function reads(program: MiniProgram, words: string | RegExp): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (program.text().match(words)) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(`${String(words)} is not to be read: ${program.text()}`)
}

describe('a new project', () => {
  for (const [readme, folder, number] of [
    ['README.md', 'english', '13400134000'],
    ['README.zh-CN.md', 'chinese', '13400134001'],
  ] as const) {
    it(`logs in by the three steps of ${readme}`, async () => {
      const project = `${ADOPTED}${folder}/`
      await rm(project, { recursive: true, force: true })
      await write(project, SKELETON)
      await cp(`${CLIENT}src`, `${project}src/phone-login`, { recursive: true })
      const steps = await readFile(CLIENT + readme, 'utf8')
      const files = [...steps.matchAll(/`(src\/[\w/.-]+)`:\n\n```\w+\n([^]*?)```/g)]
      assert.deepEqual(files.map(([, name]) => name), ['src/login.js', 'src/pages/index/index.vue'])
      await write(project, Object.fromEntries(files.map(([, name = '', content = '']) => [name, content])))
      await write(project, { '.env': `VITE_API_BASE=${local.url}` })

      const program = launch(await build('mp-weixin', {}, project), phone(folder, [local.url]))
      try {
        await program.type('手机号', number)
        await program.tap('获取验证码')
        await reads(program, '1 秒后重发')
        await program.type('验证码', await local.code(`+86${number}`))
        await program.tap('登录')
        await reads(program, '欢迎加入')
        assert.deepEqual(program.errors, [])
      } finally {
        program.close()
      }
    })
  }
})
