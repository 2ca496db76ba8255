/**
 * Builds the published packages: `dist/npm` for npm, and `dist/uni_modules/phone-login` for DCloud's plugin market.
 * Run it with `npm run build`.
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateDtsBundle } from 'dts-bundle-generator'
import { type Format, buildSync } from 'esbuild'

const HERE = fileURLToPath(new URL('../', import.meta.url))
const NPM = `${HERE}dist/npm/`
const UNI_MODULES = `${HERE}dist/uni_modules/phone-login/`
const { name, version, description, license } = JSON.parse(readFileSync(`${HERE}package.json`, 'utf8')) as Record<
  'name' | 'version' | 'description' | 'license',
  string
>

/** The newest syntax that all WeChat versions of recent years run without compiling it themselves. */
const TARGET = 'es2017'

function javascript(format: Format, file: string): void {
  buildSync({
    entryPoints: [`${HERE}src/index.ts`],
    outfile: file,
    format,
    target: TARGET,
    bundle: true,
    sourcemap: true,
    charset: 'utf8',
    logLevel: 'error',
  })
}

function write(file: string, content: string | object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`)
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

function forNpm(types: string): void {
  for (const [folder, format, type] of [
    ['esm', 'esm', 'module'],
    ['cjs', 'cjs', 'commonjs'],
  ] as const) {
    javascript(format, `${NPM}${folder}/index.js`)
    // Not `.mjs`: webpack 4, uni-app's for Vue 2, does not provide `uni` there.
    write(`${NPM}${folder}/package.json`, { type })
    write(`${NPM}${folder}/index.d.ts`, types)
  }
  const entry = (folder: string) => ({ types: `./${folder}/index.d.ts`, default: `./${folder}/index.js` })
  write(`${NPM}package.json`, {
    ...{ name, version, description, license },
    keywords: ['wechat', 'miniprogram', 'uni-app', 'taro', 'login', 'phone', 'sms'],
    main: './cjs/index.js',
    module: './esm/index.js',
    types: './cjs/index.d.ts',
    // WeChat's developer tools use this folder unchanged.
    miniprogram: 'cjs',
    exports: { '.': { import: entry('esm'), require: entry('cjs') }, './package.json': './package.json' },
    sideEffects: false,
  })
  copy(`${HERE}../../LICENSE`, `${NPM}LICENSE`)
  for (const readme of ['README.md', 'README.zh-CN.md']) copy(HERE + readme, NPM + readme)
}

/** https://uniapp.dcloud.net.cn/plugin/uni_modules.html */
function forUniModules(types: string): void {
  javascript('esm', `${UNI_MODULES}js_sdk/index.js`)
  write(`${UNI_MODULES}js_sdk/index.d.ts`, types)
  const works = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'y']))
  const without = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'n']))
  const untried = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'u']))
  write(`${UNI_MODULES}package.json`, {
    id: 'phone-login',
    displayName: '手机号登录：一键登录、短信验证码、静默续期',
    version,
    description: '微信小程序手机号登录的客户端，配合自己部署的后端使用',
    keywords: ['手机号登录', '一键登录', '短信验证码', '微信', '登录'],
    repository: '',
    engines: { HBuilderX: '^3.4.13' },
    dcloudext: {
      type: 'sdk-js',
      sale: { regular: { price: '0.00' }, sourcecode: { price: '0.00' } },
      contact: { qq: '' },
      declaration: {
        ads: '无',
        data: '用户填写或授权的手机号、微信登录凭证；只发送到开发者自己的后端（选项 baseUrl）',
        permissions: '无',
      },
      npmurl: '',
    },
    uni_modules: {
      dependencies: [],
      encrypt: [],
      platforms: {
        cloud: without('tcb', 'aliyun', 'alipay'),
        client: {
          Vue: works('vue2', 'vue3'),
          App: untried('app-vue', 'app-nvue', 'app-uvue'),
          'H5-mobile': untried('Safari', 'Android Browser', '微信浏览器(Android)', 'QQ浏览器(Android)'),
          'H5-pc': { Chrome: 'y', ...untried('IE', 'Edge', 'Firefox', 'Safari') },
          小程序: { 微信: 'y', ...without('阿里', '百度', '字节跳动', 'QQ', '钉钉', '快手', '飞书', '京东') },
          快应用: without('华为', '联盟'),
        },
      },
    },
  })
  copy(`${HERE}../../LICENSE`, `${UNI_MODULES}license.md`)
  copy(`${HERE}README.zh-CN.md`, `${UNI_MODULES}readme.md`)
  write(`${UNI_MODULES}changelog.md`, `## ${version}\n\n首个版本。\n`)
}

rmSync(`${HERE}dist`, { recursive: true, force: true })
const [types = ''] = generateDtsBundle(
  [{ filePath: `${HERE}src/index.ts`, output: { noBanner: true, exportReferencedTypes: false } }],
  { preferredConfigPath: `${HERE}tsconfig.json` },
)
forNpm(types)
forUniModules(types)
