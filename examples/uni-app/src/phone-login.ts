import { createPhoneLogin } from 'phone-login-uni-app'

/** The app's only client: every page that logs in or calls the API imports it. */
export const phoneLogin = createPhoneLogin({
  baseUrl: import.meta.env.VITE_API_BASE,
  // #ifdef H5
  ...playedWechat(import.meta.env.VITE_WECHAT_CODE),
  // #endif
})

// #ifdef H5
/** A browser has no WeChat; during development, the simulated WeChat accepts a name as a code. */
function playedWechat(code: string | undefined) {
  return code ? { getCode: async () => code } : {}
}
// #endif
