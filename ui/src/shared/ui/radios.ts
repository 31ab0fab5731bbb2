/** A group of radios is one Tab stop, and arrows choose in it. For `{@attach}` at the `radiogroup`. */
export function radios(group: HTMLElement): () => void {
  const all = () => [...group.querySelectorAll<HTMLElement>('[role="radio"]')]
  const settle = () => {
    const buttons = all()
    const stop = buttons.find((button) => button.getAttribute('aria-checked') === 'true') ?? buttons[0]
    for (const button of buttons) {
      const wanted = button === stop ? 0 : -1
      if (button.tabIndex !== wanted) button.tabIndex = wanted
    }
  }
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const buttons = all()
    const at = buttons.findIndex((button) => button === event.target)
    if (step === undefined || at < 0) return
    event.preventDefault()
    const next = buttons[(at + step + buttons.length) % buttons.length]
    next?.focus()
    next?.click()
  }
  const watch = new MutationObserver(settle)
  watch.observe(group, { subtree: true, childList: true, attributeFilter: ['aria-checked'] })
  group.addEventListener('keydown', key)
  settle()
  return () => {
    watch.disconnect()
    group.removeEventListener('keydown', key)
  }
}
