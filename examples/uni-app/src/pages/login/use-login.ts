import { isPhoneLoginError } from 'phone-login-uni-app'
import { computed, onUnmounted, ref, watch } from 'vue'
import { phoneLogin } from '../../phone-login'

/** What the login page shows and does, without how it looks. */
export function useLogin(done: (isNewUser: boolean) => void) {
  const phoneNumber = ref(phoneLogin.pendingPhoneNumber() ?? '')
  const verifyCode = ref('')
  const agreed = ref(false)
  /** What went wrong, for the person to read. */
  const message = ref('')
  const underWay = ref<'sendCode' | 'login'>()

  /** Seconds until this number can be sent another code. */
  const wait = ref(0)
  let stop = () => {}
  const countDown = () => {
    stop()
    stop = phoneLogin.watchCooldown(phoneNumber.value, (seconds) => (wait.value = seconds))
  }
  watch(phoneNumber, countDown, { immediate: true })
  onUnmounted(() => stop())

  // Typing on takes the message away; the page's own clearing of a code does not.
  watch([phoneNumber, verifyCode], (now, before) => {
    if (now.join('').length > before.join('').length) message.value = ''
  })

  const canSendCode = computed(() => isMobile(phoneNumber.value) && wait.value === 0 && !underWay.value)
  const canLogIn = computed(
    () => isMobile(phoneNumber.value) && /^\d{6}$/.test(verifyCode.value) && !underWay.value,
  )

  /** Runs one call at a time, if the person has agreed, and shows what goes wrong. */
  async function run(name: 'sendCode' | 'login', call: () => Promise<void>): Promise<void> {
    if (underWay.value) return
    message.value = agreed.value ? '' : '请先阅读并同意用户协议和隐私政策。'
    if (!agreed.value) return
    underWay.value = name
    try {
      await call()
    } catch (error) {
      if (!isPhoneLoginError(error)) throw error
      message.value = error.message
      // Such a code will not let anybody in any more.
      if (['code_incorrect', 'code_expired', 'code_used', 'too_many_attempts'].includes(error.code)) {
        verifyCode.value = ''
      }
    } finally {
      underWay.value = undefined
    }
  }

  async function sendCode(): Promise<void> {
    if (!canSendCode.value) return
    await run('sendCode', async () => {
      try {
        await phoneLogin.sendCode(phoneNumber.value)
        verifyCode.value = ''
      } finally {
        // Also where a code was sent a moment ago and its answer was lost.
        countDown()
      }
    })
  }

  async function logIn(): Promise<void> {
    if (!canLogIn.value) return
    await run('login', async () => {
      const by = { phoneNumber: phoneNumber.value, verifyCode: verifyCode.value }
      done((await phoneLogin.login(by)).isNewUser)
    })
  }

  return { phoneNumber, verifyCode, agreed, message, underWay, wait, canSendCode, canLogIn, sendCode, logIn }
}

/** Enough to light the button up; the back end decides. */
function isMobile(text: string): boolean {
  return /^1\d{10}$/.test(text)
}
