import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import { makeAccessible } from './accessibility'

makeAccessible()
// #endif

// uni-app starts the app itself, on every platform.
export function createApp() {
  return { app: createSSRApp(App) }
}
