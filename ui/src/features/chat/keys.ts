/** The keys of the chat area; what has the focus takes its own first. */
import { nav } from '$shared/nav.svelte'
import { rooms } from '$shared/stores/rooms.svelte'
import { isCovered } from '$shared/ui/keys'
import { panes } from '$shared/ui/panes.svelte'
import { chat } from './chat.svelte'

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || isCovered()) return
  if (take(event)) event.preventDefault()
}

function take(event: KeyboardEvent): boolean {
  const { key, ctrlKey, altKey, shiftKey } = event
  if (altKey && !ctrlKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
    chat.go(key === 'ArrowDown' ? 1 : -1, shiftKey)
    return true
  }
  if (ctrlKey && !altKey && !shiftKey) return control(key.toLowerCase(), event.target)
  if (key === 'Escape' && !ctrlKey && !altKey && !shiftKey) return escape(event.target)
  return false
}

function control(key: string, target: EventTarget | null): boolean {
  switch (key) {
    case 'n':
      chat.dialog = { kind: 'message' }
      return true
    case 'f':
      find(target)
      return true
    case 'i':
      if (chat.view === null) return false
      panes.toggleSide()
      return true
    default:
      return false
  }
}

/** In the list Ctrl+F finds rooms, elsewhere it finds in the room. */
function find(target: EventTarget | null): void {
  const inList = target instanceof Element && target.closest('.list') !== null
  if (!inList && chat.view !== null && rooms.find(nav.room) !== null) chat.view.find.show()
  else document.querySelector<HTMLElement>('[data-find="list"]')?.focus()
}

/** Closes the topmost thing; where nothing is open, goes to the newest message. */
function escape(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && target.dataset['find'] === 'list' && chat.query !== '') {
    chat.query = ''
    return true
  }
  if (panes.listOver) {
    panes.toggleList()
    return true
  }
  const view = chat.view
  if (!view) return false
  if (view.composer.cancel() || view.find.close()) {
    chat.focusComposer()
    return true
  }
  if (panes.sideOpen) {
    panes.closeSide()
    return true
  }
  chat.toNewest()
  chat.focusComposer()
  return true
}
