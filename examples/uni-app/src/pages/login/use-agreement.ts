import { ref } from 'vue'

/** The action of a person who has not agreed yet; it continues when they do. */
export type Purpose = 'sendCode' | 'login' | 'oneTap'

/** The agreement: ticked on the page, or requested by the first tap that needs it. */
export function useAgreement() {
  const agreed = ref(false)
  /** Why the page asks. */
  const asking = ref<Purpose>()

  /** Whether to continue now. Otherwise the page asks the person. */
  function hasAgreed(purpose: Purpose): boolean {
    if (!agreed.value) asking.value = purpose
    return agreed.value
  }

  /** Takes the person's answer; returns the action that waited for it. */
  function answer(yes: boolean): Purpose | undefined {
    const purpose = asking.value
    asking.value = undefined
    agreed.value ||= yes
    return purpose
  }

  return { agreed, asking, hasAgreed, answer }
}
