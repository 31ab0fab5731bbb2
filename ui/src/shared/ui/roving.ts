/** A list is one Tab stop: arrows, Home and End move inside, letters find. */

/** Attach to the container; `selector` names the rows. */
export function roving(selector: string): (container: HTMLElement) => () => void {
  return (container) => {
    let typed = ''
    let forget: ReturnType<typeof setTimeout> | undefined
    const rows = () => [...container.querySelectorAll<HTMLElement>(selector)]

    /** The row that Tab reaches: the one last in focus, else the chosen one, else the first. */
    const settle = () => {
      const all = rows()
      const stop = all.find((row) => row === document.activeElement) ?? all.find((row) => row.ariaCurrent === 'true') ?? all.find((row) => row.tabIndex === 0) ?? all[0]
      for (const row of all) {
        const wanted = row === stop ? 0 : -1
        if (row.tabIndex !== wanted) row.tabIndex = wanted
      }
    }

    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof HTMLElement) || !event.target.matches(selector)) return
      const all = rows()
      const at = all.indexOf(event.target)
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key] ?? find(event, all, at)
      const row = to === null ? undefined : all[Math.max(0, Math.min(all.length - 1, to))]
      if (!row) return
      event.preventDefault()
      row.focus()
      row.scrollIntoView({ block: 'nearest' })
    }

    const find = (event: KeyboardEvent, all: HTMLElement[], at: number): number | null => {
      if (event.key.length !== 1 || event.key === ' ') return null
      clearTimeout(forget)
      forget = setTimeout(() => (typed = ''), 800)
      typed += event.key.toLowerCase()
      const order = [...all.slice(typed.length > 1 ? at : at + 1), ...all.slice(0, at)]
      const row = order.find((each) => (each.dataset['name'] ?? each.textContent).trim().toLowerCase().startsWith(typed))
      return row ? all.indexOf(row) : null
    }

    const watch = new MutationObserver(settle)
    watch.observe(container, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-current'] })
    container.addEventListener('keydown', key)
    container.addEventListener('focusin', settle)
    settle()
    return () => {
      clearTimeout(forget)
      watch.disconnect()
      container.removeEventListener('keydown', key)
      container.removeEventListener('focusin', settle)
    }
  }
}
