/** Checked only by the compiler: Taro's own types fit what the client assumes. */

import type { BaseEventOrig, ButtonProps } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { createPhoneLogin, taro } from 'phone-login-uni-app'

export const phoneLogin = createPhoneLogin({ baseUrl: 'https://login.example.com', platform: taro(Taro) })

export const onGetPhoneNumber = (event: BaseEventOrig<ButtonProps.onGetPhoneNumberEventDetail>) =>
  phoneLogin.loginByPhoneCode(event)
