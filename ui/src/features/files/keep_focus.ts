/**
 * What has the focus may go: a folder is left, a file deleted, a bar put away. The focus then goes on to what is there now
 * instead of getting lost, so that the keys still do something.
 */
import { isNowhere, onceLeft } from '$shared/ui/keys'

/** Attach to what the rows are in; it has the focus itself while there is none. `selector` names the row to go on with. */
export function keepFocus(selector: string): (rest: HTMLElement) => () => void {
  return (rest) => {
    const pane = rest.parentElement ?? rest
    let inside = pane.contains(document.activeElement)
    /** No row was there to go on with: the next that comes has the focus. */
    let resting = false

    const enter = (event: FocusEvent) => {
      inside = true
      resting = resting && event.target === rest
    }
    const leave = ({ target }: FocusEvent) => onceLeft(target, () => (inside = pane.contains(document.activeElement)))
    const settle = () => {
      const lost = isNowhere() || (resting && document.activeElement === rest)
      if (!inside || !lost) return
      const row = rest.querySelector<HTMLElement>(selector)
      resting = row === null
      ;(row ?? rest).focus()
    }

    const watch = new MutationObserver(settle)
    watch.observe(pane, { childList: true, subtree: true })
    pane.addEventListener('focusin', enter)
    pane.addEventListener('focusout', leave)
    return () => {
      watch.disconnect()
      pane.removeEventListener('focusin', enter)
      pane.removeEventListener('focusout', leave)
    }
  }
}
