import { createSSRApp } from 'vue'
import App from './App.vue'

// uni-app starts the app itself, on every platform.
export function createApp() {
  return { app: createSSRApp(App) }
}
