import { defineConfig } from '@tarojs/cli'

export default defineConfig({
  projectName: 'taro',
  designWidth: 750,
  sourceRoot: 'src',
  outputRoot: 'dist',
  framework: 'react',
  compiler: 'vite',
  plugins: [],
  defineConstants: { BASE_URL: JSON.stringify(process.env.BASE_URL) },
  mini: {},
  h5: {},
})
