const { createPhoneLogin, miniProgram } = require('phone-login-uni-app')
const { baseUrl } = require('./address')
const { flow } = require('./flow')

App({
  onLaunch() {
    const phoneLogin = createPhoneLogin({ baseUrl, platform: miniProgram(wx) })
    flow(phoneLogin, { baseUrl, request: wx.request, setStorage: wx.setStorage })
  },
})
