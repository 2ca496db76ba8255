import * as plugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plugin is CommonJS: what `import` calls its default depends on who loads this file.
const uni = (plugin.default as unknown as { default?: typeof plugin.default }).default ?? plugin.default

export default defineConfig({ plugins: [uni()] })
