import { type PhoneLoginError, type PhoneNumberEvent, isPhoneLoginError } from 'phone-login-uni-app'
import { onUnmounted, ref, watch } from 'vue'
import { phoneLogin } from '../../phone-login'
import { type Purpose, useAgreement } from './use-agreement'
import { useMessage } from './use-message'

/** The state and actions of the login page, without its looks. */
export function useLogin(done: (isNewUser: boolean) => void) {
  const phoneNumber = ref(phoneLogin.pendingPhoneNumber() ?? '')
  const verifyCode = ref('')
  const underWay = ref<Purpose>()
  const { agreed, asking, hasAgreed, answer } = useAgreement()
  const { message, good, focused, left, say, sayGood } = useMessage()

  /** Whether to show WeChat's button; off once this mini program turns out not to be allowed to use it. */
  const offersOneTap = ref(true)
  /** The button's event, until an answer has come: requesting the number again would cost again. */
  const unanswered = ref<PhoneNumberEvent>()

  /** Seconds until this number can get another code. */
  const wait = ref(0)
  let stop = () => {}
  const countDown = () => {
    stop()
    stop = phoneLogin.watchCooldown(phoneNumber.value, (seconds) => (wait.value = seconds))
  }
  watch(phoneNumber, countDown, { immediate: true })
  onUnmounted(() => stop())

  // Typing removes the message; clearing a code does not.
  watch([phoneNumber, verifyCode], (now, before) => {
    if (now.join('').length > before.join('').length) message.value = ''
  })
  // The sixth digit, typed or filled in from the SMS, logs in.
  watch(verifyCode, (code) => {
    if (isCode(code) && isMobile(phoneNumber.value) && agreed.value) void logIn()
  })

  /** Runs one call at a time, and shows its error. */
  async function run(name: Purpose, call: () => Promise<void>): Promise<void> {
    if (underWay.value) return
    message.value = ''
    underWay.value = name
    try {
      await call()
    } catch (error) {
      if (!isPhoneLoginError(error)) throw error
      failed(error)
    } finally {
      underWay.value = undefined
    }
  }

  function failed(error: PhoneLoginError): void {
    switch (error.code) {
      // This code no longer works.
      case 'code_incorrect':
      case 'code_expired':
      case 'code_used':
      case 'too_many_attempts':
        verifyCode.value = ''
        return void say(error.message, 'verifyCode')
      case 'phone_number_unavailable':
        // No quota, or no right to use the button: another tap would not help.
        offersOneTap.value = !['no_quota', 'not_permitted'].includes(error.why)
        return void say(error.message, error.useSms ? 'phoneNumber' : undefined)
      default:
        return void say(error.message)
    }
  }

  async function sendCode(): Promise<void> {
    if (underWay.value) return
    if (!isMobile(phoneNumber.value)) return say('请输入 11 位手机号。', 'phoneNumber')
    if (wait.value > 0) return say(`验证码已经发送，${wait.value} 秒后可以重新获取。`, 'verifyCode')
    if (!hasAgreed('sendCode')) return
    await run('sendCode', async () => {
      try {
        await phoneLogin.sendCode(phoneNumber.value)
        verifyCode.value = ''
        void sayGood('验证码已发送，请查看短信。', 'verifyCode')
      } finally {
        // Also if a code was just sent and the answer was lost.
        countDown()
      }
    })
  }

  async function logIn(): Promise<void> {
    if (underWay.value) return
    if (!isMobile(phoneNumber.value)) return say('请输入 11 位手机号。', 'phoneNumber')
    if (!isCode(verifyCode.value)) return say('请输入 6 位验证码。', 'verifyCode')
    if (!hasAgreed('login')) return
    await run('login', async () => {
      const by = { phoneNumber: phoneNumber.value, verifyCode: verifyCode.value }
      done((await phoneLogin.login(by)).isNewUser)
    })
  }

  /** The plain button before WeChat's, which may not be used before the person has agreed. */
  function askForNumber(): void {
    hasAgreed('oneTap')
  }

  /** WeChat's button returned a number, or why not. A person who had to agree first agrees by tapping it. */
  async function logInByNumber(event: PhoneNumberEvent): Promise<void> {
    answer(true)
    await run('oneTap', async () => {
      unanswered.value = undefined
      try {
        done((await phoneLogin.loginByPhoneCode(event)).isNewUser)
      } catch (error) {
        if (isPhoneLoginError(error) && isLost(error)) unanswered.value = event
        throw error
      }
    })
  }

  async function tryNumberAgain(): Promise<void> {
    if (unanswered.value) await logInByNumber(unanswered.value)
  }

  /** Continues what the person wanted before the page asked them to agree. */
  async function agree(): Promise<void> {
    const purpose = answer(true)
    if (purpose === 'sendCode') await sendCode()
    if (purpose === 'login') await logIn()
  }

  function decline(): void {
    answer(false)
    void say('同意《用户协议》和《隐私政策》后才能登录。')
  }

  return {
    phoneNumber, verifyCode, agreed, asking, message, good, focused, left, underWay, wait,
    offersOneTap, unanswered, askForNumber, logInByNumber, tryNumberAgain, sendCode, logIn, agree, decline,
  }
}

function isLost({ code }: PhoneLoginError): boolean {
  return code === 'network_failed' || code === 'timed_out'
}

/** Enough to send it; the back end validates it. */
function isMobile(text: string): boolean {
  return /^1\d{10}$/.test(text)
}

function isCode(text: string): boolean {
  return /^\d{6}$/.test(text)
}
