/** Installs the published packages into a new project of each platform, compiles it, and runs it on WeChat's `wx`. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transformSync } from 'esbuild'
import { phone } from '../../../../examples/uni-app/tests/support/wx'
import { type Local, startLocal } from '../support/local'
import { launch } from './launch'

const run = promisify(execFile)
const CLIENT = fileURLToPath(new URL('../../', import.meta.url))
const PLATFORMS = `${CLIENT}platforms/`
// Inside this folder, because uni-app's packages for Vue 3 are installed here.
const EXAMPLE = fileURLToPath(new URL('../../../../examples/uni-app/', import.meta.url))

/** The report of `platforms/flow.js` if everything works. */
const WELL = [
  ...['undefined', true, true, '+86131****1000', 'undefined'],
  ...[['phone_number_unavailable', true], false, ['request_failed', 404], 'deleted'],
]

let local: Local
let archive: string

before(async () => {
  local = await startLocal({ RESEND_COOLDOWN_SECONDS: '1' })
  await run('npm', ['run', 'build'], { cwd: CLIENT })
  const { stdout } = await run('npm', ['pack', '--silent', './npm'], { cwd: `${CLIENT}dist` })
  archive = `${CLIENT}dist/${stdout.trim()}`
})
after(() => local.stop())

/** Installs the package with npm into a project without other dependencies. */
async function install(project: string): Promise<void> {
  await run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', archive], { cwd: project })
}

/** Copies the package to where npm would install it: npm would check the framework's thousand packages again. */
async function unpack(project: string): Promise<void> {
  const folder = `${project}/node_modules/phone-login-uni-app`
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await run('tar', ['xzf', archive, '--strip-components=1', '-C', folder])
}

async function build(project: string, variables: Record<string, string>): Promise<void> {
  const path = `${project}/node_modules/.bin:${EXAMPLE}node_modules/.bin:${process.env['PATH'] ?? ''}`
  await run('npm', ['run', 'build'], { cwd: project, env: { ...process.env, ...variables, PATH: path } })
}

/** A Vue 3 project in its own folder. */
async function vue3(name: string): Promise<string> {
  const project = `${EXAMPLE}dist/platforms/${name}`
  await rm(project, { recursive: true, force: true })
  await cp(`${PLATFORMS}vue3`, project, { recursive: true })
  await cp(`${PLATFORMS}flow.js`, `${project}/flow.js`)
  return project
}

describe('the package', () => {
  it('has its code in both forms, with maps and types, the licence and the READMEs, and nothing else', async () => {
    const { stdout } = await run('tar', ['tzf', archive])
    const files = stdout.trim().split('\n').map((file) => file.replace(/^package\//, '')).sort()
    const code = ['cjs', 'esm'].flatMap((form) =>
      ['index.d.ts', 'index.js', 'index.js.map', 'package.json'].map((file) => `${form}/${file}`),
    )
    assert.deepEqual(files, ['LICENSE', 'README.md', 'README.zh-CN.md', ...code, 'package.json'])
  })

  it('is imported and required by Node, by the same names', async () => {
    const project = `${CLIENT}dist/node`
    await mkdir(project, { recursive: true })
    await writeFile(`${project}/package.json`, '{ "private": true }')
    await install(project)
    const names = (code: string, ...options: string[]) => run('node', [...options, '-e', code], { cwd: project })
    const required = await names("console.log(Object.keys(require('phone-login-uni-app')).sort().join())")
    const imported = await names(
      "import * as client from 'phone-login-uni-app'; console.log(Object.keys(client).sort().join())",
      '--input-type=module',
    )
    assert.equal(required.stdout, imported.stdout)
    assert.equal(required.stdout.trim(), 'aborter,createPhoneLogin,isPhoneLoginError,miniProgram,taro,uniApp')
  })

  it('has types that TypeScript 4.4 compiles, and today’s in both forms', async () => {
    const project = `${CLIENT}dist/types`
    await mkdir(project, { recursive: true })
    await writeFile(`${project}/package.json`, '{ "private": true }')
    await install(project)
    await cp(`${PLATFORMS}types.ts`, `${project}/types.ts`)
    await cp(`${PLATFORMS}types.ts`, `${project}/types.mts`)
    const check = async (tsc: string, file: string, options: object) => {
      const compilerOptions = { noEmit: true, strict: true, target: 'es2017', types: [], ...options }
      await writeFile(`${project}/tsconfig.json`, JSON.stringify({ compilerOptions, files: [file] }))
      await run('node', [`${CLIENT}${tsc}/lib/tsc.js`, '-p', project])
    }
    await check('platforms/wx/node_modules/typescript', 'types.ts', { moduleResolution: 'node' })
    for (const file of ['types.ts', 'types.mts']) {
      await check('node_modules/typescript', file, { module: 'nodenext', exactOptionalPropertyTypes: true })
    }
  })
})

describe('the types of a platform', () => {
  for (const [platform, name] of [
    ['wx', 'WeChat'],
    ['taro', 'Taro'],
  ]) {
    it(`fit those of the client: ${name}'s`, async () => {
      await unpack(`${PLATFORMS}${platform}`)
      const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--target', 'es2017']
      const modules = ['--module', 'esnext', '--moduleResolution', 'bundler']
      await run('node', [`${CLIENT}node_modules/typescript/lib/tsc.js`, ...options, ...modules, 'types.ts'], {
        cwd: `${PLATFORMS}${platform}`,
      })
    })
  }
})

describe('an app', { concurrency: 2 }, () => {
  const runs = async (folder: string) =>
    assert.deepEqual(await launch(folder, phone(`runs${folder.replace(/[^a-z]/g, '')}`, [local.url])), WELL)

  it('of WeChat without a framework logs in with it', async () => {
    const project = `${CLIENT}dist/wx`
    await rm(project, { recursive: true, force: true })
    await cp(`${PLATFORMS}wx`, project, { recursive: true, filter: (path) => !path.includes('node_modules') })
    await install(project)
    // Like 构建 npm and ES6 转 ES5 in WeChat's tools.
    const { miniprogram } = JSON.parse(
      await readFile(`${project}/node_modules/phone-login-uni-app/package.json`, 'utf8'),
    ) as { miniprogram: string }
    await cp(
      `${project}/node_modules/phone-login-uni-app/${miniprogram}`,
      `${project}/miniprogram_npm/phone-login-uni-app`,
      { recursive: true },
    )
    const flow = transformSync(await readFile(`${PLATFORMS}flow.js`, 'utf8'), { format: 'cjs', target: 'es2017' })
    await writeFile(`${project}/flow.js`, flow.code)
    await writeFile(`${project}/address.js`, `exports.baseUrl = '${local.url}'`)
    await runs(project)
  })

  it('of Taro logs in with it', async () => {
    await unpack(`${PLATFORMS}taro`)
    await build(`${PLATFORMS}taro`, { BASE_URL: local.url, NODE_ENV: 'production' })
    await runs(`${PLATFORMS}taro/dist`)
  })

  it('of uni-app on Vue 2 logs in with it', async () => {
    await unpack(`${PLATFORMS}vue2`)
    await build(`${PLATFORMS}vue2`, {
      VUE_APP_BASE: local.url,
      UNI_CLI_CONTEXT: `${PLATFORMS}vue2`,
      // webpack 4 needs OpenSSL's MD4.
      NODE_OPTIONS: '--openssl-legacy-provider',
    })
    await runs(`${PLATFORMS}vue2/dist/build/mp-weixin`)
  })

  it('of uni-app on Vue 3 logs in with it', async () => {
    const project = await vue3('package')
    await unpack(project)
    await build(project, { VITE_BASE_URL: local.url })
    await runs(`${project}/dist/build/mp-weixin`)
  })

  it('of uni-app logs in with the folder for uni_modules', async () => {
    const project = await vue3('uni_modules')
    await cp(`${CLIENT}dist/uni_modules`, `${project}/src/uni_modules`, { recursive: true })
    const app = await readFile(`${project}/src/App.vue`, 'utf8')
    await writeFile(
      `${project}/src/App.vue`,
      app.replace("'phone-login-uni-app'", "'@/uni_modules/phone-login/js_sdk/index.js'"),
    )
    await build(project, { VITE_BASE_URL: local.url })
    await runs(`${project}/dist/build/mp-weixin`)
    const files = await readdir(`${CLIENT}dist/uni_modules/phone-login`)
    assert.deepEqual(files.sort(), ['changelog.md', 'js_sdk', 'license.md', 'package.json', 'readme.md'])
  })
})
