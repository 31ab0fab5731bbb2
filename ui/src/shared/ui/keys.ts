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
