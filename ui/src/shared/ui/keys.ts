/** Which keys are meant for whom. */

/** Single letters belong to a text field that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

/** A dialog or pop-up is open and owns the keyboard. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role="dialog"][aria-modal="true"], [popover]:popover-open') !== null
}
