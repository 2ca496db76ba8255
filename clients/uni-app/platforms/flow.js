/** Each platform's app runs this at its launch: it uses every function of a platform that the client needs, and stores a report. */

export async function flow(phoneLogin, { baseUrl, request, setStorage }) {
  const report = []
  const phoneNumber = '13100131000'
  const note = (what) => report.push(what)
  try {
    note(await phoneLogin.restore())
    const stop = phoneLogin.prepare()
    await phoneLogin.sendCode(phoneNumber)
    note(phoneLogin.cooldown('+8613100131000') > 0)
    const verifyCode = await lastCode(baseUrl, request)
    note((await phoneLogin.login({ phoneNumber, verifyCode })).isNewUser)
    stop()
    note((await phoneLogin.account()).phoneNumber)
    await phoneLogin.renew()
    await phoneLogin.logout()
    note(phoneLogin.session())
    await phoneLogin.loginByPhoneCode({ detail: { errMsg: 'getPhoneNumber:fail user deny' } }).catch(({ code, useSms }) => note([code, useSms]))
    note((await phoneLogin.loginByPhoneCode({ detail: { code: phoneNumber, errMsg: 'getPhoneNumber:ok' } })).isNewUser)
    await phoneLogin.request({ path: '/nowhere' }).catch(({ code, status }) => note([code, status]))
    await phoneLogin.deleteAccount()
    note('deleted')
  } catch (error) {
    note(`${error.name} ${error.code} ${error.message} ${error.reason}`)
  }
  setStorage({ key: 'report', data: report.map((one) => (one === undefined ? 'undefined' : one)), success() {}, fail() {} })
}

function lastCode(baseUrl, request) {
  return new Promise((resolve, reject) => {
    const url = `${baseUrl}/_local/sms`
    request({ url, success: ({ data }) => resolve(/\d{6}/.exec(data[data.length - 1].text)[0]), fail: reject })
  })
}
