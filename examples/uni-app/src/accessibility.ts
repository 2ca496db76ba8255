/**
 * In a browser, uni-app's elements are plain boxes: they have no role, no place in the Tab order and no keys, and the name of
 * a field does not reach its inner `<input>`. This adds what keyboards and screen readers need. The templates use `aria-role`,
 * as WeChat does.
 */

const OF_TAG: Readonly<Record<string, string>> = {
  'UNI-BUTTON': 'button',
  'UNI-CHECKBOX': 'checkbox',
  'UNI-PAGE-HEAD': 'banner',
}
const KEYS: Readonly<Record<string, readonly string[]>> = {
  button: ['Enter', ' '],
  checkbox: [' '],
  link: ['Enter'],
}

export function makeAccessible(): void {
  const dialogs = keepFocusInDialogs()
  new MutationObserver((changes) => {
    for (const { target } of changes) [target, ...within(target, '*')].forEach(describe)
    dialogs()
  }).observe(document.body, { subtree: true, childList: true })
  within(document.body, '*').forEach(describe)
  document.addEventListener('keydown', pressed)
}

function describe(node: Node): void {
  if (!(node instanceof HTMLElement)) return
  if (node.tagName === 'UNI-INPUT') nameField(node)
  if (node.hasAttribute('role')) return
  const isBack = node.classList.contains('uni-page-head-btn')
  if (isBack) node.setAttribute('aria-label', '返回')
  const role = isBack ? 'button' : (node.getAttribute('aria-role') ?? OF_TAG[node.tagName])
  if (role === undefined) return
  node.setAttribute('role', role)
  node.removeAttribute('aria-role')
  if (role in KEYS) node.tabIndex = 0
}

function nameField(field: HTMLElement): void {
  const input = field.querySelector('input')
  if (!input) return
  for (const { name, value } of [...field.attributes]) {
    if (!name.startsWith('aria-')) continue
    input.setAttribute(name, value)
    field.removeAttribute(name)
  }
}

function pressed(event: KeyboardEvent): void {
  const { target, key } = event
  if (!(target instanceof HTMLElement) || event.isComposing) return
  if (key === 'Escape') {
    document.querySelector<HTMLElement>('[aria-modal] .dismiss')?.click()
  } else if (KEYS[target.getAttribute('role') ?? '']?.includes(key)) {
    // Otherwise Space scrolls the page.
    event.preventDefault()
    target.click()
  }
}

/** A dialog takes the focus when it opens, and returns it. Its template makes everything behind it `inert`. */
function keepFocusInDialogs(): () => void {
  let before: HTMLElement | undefined
  let open: HTMLElement | undefined
  document.addEventListener('focusin', ({ target }) => {
    if (!open && target instanceof HTMLElement) before = target
  })
  return () => {
    const [dialog] = within(document.body, '[aria-modal]')
    if (dialog === open) return
    open = dialog
    if (dialog) {
      dialog.tabIndex = -1
      dialog.focus()
    } else before?.focus()
  }
}

function within(node: Node, selector: string): HTMLElement[] {
  return node instanceof HTMLElement ? [...node.querySelectorAll<HTMLElement>(selector)] : []
}
