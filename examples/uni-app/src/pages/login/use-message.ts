import { nextTick, ref } from 'vue'

export type Field = 'phoneNumber' | 'verifyCode'

/** A word to the person after each tap, and the field that they need next. */
export function useMessage() {
  const message = ref('')
  /** Good news, or what went wrong. */
  const good = ref(false)
  /** Where the focus is, and has to go. */
  const focused = ref<Field>()

  async function say(text: string, field?: Field): Promise<void> {
    good.value = false
    await show(text, field)
  }

  async function sayGood(text: string, field?: Field): Promise<void> {
    good.value = true
    await show(text, field)
  }

  async function show(text: string, field?: Field): Promise<void> {
    // The same words again are news to a screen reader only if they were gone.
    message.value = ''
    await nextTick()
    message.value = text
    if (field) focused.value = field
  }

  /** The field tells that the focus left it, perhaps for the other one. */
  function left(field: Field): void {
    if (focused.value === field) focused.value = undefined
  }

  return { message, good, focused, left, say, sayGood }
}
