import * as plugin from '@dcloudio/vite-plugin-uni'
import { defineConfig, loadEnv } from 'vite'

// The plugin is CommonJS: its default import depends on the loader of this file.
const uni = (plugin.default as unknown as { default?: typeof plugin.default }).default ?? plugin.default

export default defineConfig(({ mode }) => {
  if (mode === 'production') checkAddress(loadEnv(mode, import.meta.dirname)['VITE_API_BASE'] ?? '')
  return { plugins: [uni()] }
})

/** A production build must use a back end that users can reach over HTTPS: WeChat allows nothing else. */
function checkAddress(address: string): void {
  const { protocol = '', hostname = '' } = URL.canParse(address) ? new URL(address) : {}
  const here = /^(localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(hostname)
  if (protocol === 'https:' && !here) return
  throw new Error(
    `VITE_API_BASE is ${address ? JSON.stringify(address) : 'not set'}: give the back end's address, ` +
      'such as https://login.example.com, in .env.production or in the environment.',
  )
}
