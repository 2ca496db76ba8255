/** Checked only by the compiler: WeChat's own types fit what the client assumes. */

/// <reference types="miniprogram-api-typings" />
import { createPhoneLogin, miniProgram } from 'phone-login-uni-app'

export const phoneLogin = createPhoneLogin({ baseUrl: 'https://login.example.com', platform: miniProgram(wx) })

export const onGetPhoneNumber = (event: WechatMiniprogram.ButtonGetPhoneNumber) => phoneLogin.loginByPhoneCode(event)
