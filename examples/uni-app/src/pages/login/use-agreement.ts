import { ref } from 'vue'

/** What a person asked for before they had agreed; it goes on when they do. */
export type Purpose = 'sendCode' | 'login' | 'oneTap'

/** The agreement: ticked on the page, or asked for by the first tap that needs it. */
export function useAgreement() {
  const agreed = ref(false)
  /** Why the person is being asked. */
  const asking = ref<Purpose>()

  /** Whether to go on now. Otherwise the person is asked. */
  function hasAgreed(purpose: Purpose): boolean {
    if (!agreed.value) asking.value = purpose
    return agreed.value
  }

  /** The person's answer; what they had asked for. */
  function answer(yes: boolean): Purpose | undefined {
    const purpose = asking.value
    asking.value = undefined
    agreed.value ||= yes
    return purpose
  }

  return { agreed, asking, hasAgreed, answer }
}
