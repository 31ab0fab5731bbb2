/** Which keys are meant for whom, and whether for anybody. */

/** Single letters belong to a text field that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

/** A dialog or pop-up is open and owns the keyboard. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role="dialog"][aria-modal="true"], [popover]:popover-open') !== null
}

/** Nothing has the focus: what had it is gone, or was left for no other. */
export function isNowhere(): boolean {
  return (document.activeElement ?? document.body) === document.body
}

/** Calls `then` once the focus left `target` for good: not where it is gone, and nothing else has the focus yet. */
export function onceLeft(target: EventTarget | null, then: () => void): void {
  // Some engines say this before they take an element away, and all of them when only the window is left.
  queueMicrotask(() => {
    const gone = target instanceof Node && !target.isConnected
    if (!gone || !isNowhere()) then()
  })
}
