/** The keys of the window: areas, panes, the list, and the list of keys. */
import { areaOf } from '$shared/areas'
import { nav } from '$shared/nav.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { isCovered, isTyping } from '$shared/ui/keys'
import { panes } from '$shared/ui/panes.svelte'

/** The order of F6. */
const PANES = ['rail', 'list', 'main', 'composer', 'side', 'call']

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || event.altKey || isCovered()) return
  if (event.key === 'F6' && !event.ctrlKey) {
    event.preventDefault()
    goToPane(event.shiftKey ? -1 : 1)
    return
  }
  // Where it needs Shift, the slash comes with it.
  if (event.ctrlKey ? event.key === '/' || event.key === '?' : event.key === '?' && !isTyping(event.target)) {
    event.preventDefault()
    panes.keys = true
    return
  }
  if (!event.ctrlKey) return
  if (event.shiftKey) return
  const key = event.key.toLowerCase()
  if (key === 'b') panes.toggleList()
  else if (key === 'z') {
    if (isWriting(event.target) || !toasts.undo()) return
  } else {
    const area = areaOf(event.key)
    if (area === null) return
    nav.go(area)
  }
  event.preventDefault()
}

/** In a text that is being written Ctrl+Z is the text's. */
function isWriting(target: EventTarget | null): boolean {
  return isTyping(target) && !(target instanceof HTMLTextAreaElement && target.value === '')
}

function goToPane(step: 1 | -1): void {
  const there = PANES.map((name) => document.querySelector<HTMLElement>(`[data-pane="${name}"]`)).filter((pane): pane is HTMLElement => pane !== null && pane.offsetParent !== null)
  const focused = document.activeElement
  // The composer lies inside the main pane: the innermost counts.
  const at = there.findLastIndex((pane) => pane.contains(focused))
  for (let i = 1; i <= there.length; i++) {
    const pane = there[(Math.max(at, step === 1 ? -1 : 0) + step * i + there.length * 2) % there.length]
    if (pane && enter(pane)) return
  }
}

/** The chosen row, else the first thing that takes the focus. */
function enter(pane: HTMLElement): boolean {
  const all = [...pane.querySelectorAll<HTMLElement>('a[href], button:not(:disabled), input:not(:disabled), textarea, [tabindex="0"]')].filter((each) => each.tabIndex >= 0 && each.offsetParent !== null)
  const target = all.find((each) => each.matches('textarea, [aria-current="true"], [aria-current="page"], [role="log"]')) ?? all[0]
  target?.focus()
  return target !== undefined
}
