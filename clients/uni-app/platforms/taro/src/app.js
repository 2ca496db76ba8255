import Taro, { useLaunch } from '@tarojs/taro'
import { createPhoneLogin, taro } from 'phone-login-uni-app'
import { flow } from '../../flow'

const baseUrl = BASE_URL
const phoneLogin = createPhoneLogin({ baseUrl, platform: taro(Taro) })

export default function App({ children }) {
  useLaunch(() => {
    flow(phoneLogin, { baseUrl, request: (options) => Taro.request(options), setStorage: (options) => Taro.setStorage(options) })
  })
  return children
}
