import { nextTick, ref } from 'vue'

export type Field = 'phoneNumber' | 'verifyCode'

/** A message after each tap, and the field that the person needs next. */
export function useMessage() {
  const message = ref('')
  /** Success or an error. */
  const good = ref(false)
  /** The field with the focus, or the one to get it. */
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
    // A screen reader reads the same message again only if it was gone in between.
    message.value = ''
    await nextTick()
    message.value = text
    if (field) focused.value = field
  }

  /** The field has lost the focus, perhaps to the other field. */
  function left(field: Field): void {
    if (focused.value === field) focused.value = undefined
  }

  return { message, good, focused, left, say, sayGood }
}
