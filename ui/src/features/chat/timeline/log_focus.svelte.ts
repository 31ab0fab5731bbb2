/** The messages are one Tab stop: one comes to the newest from either side, and where the one in focus goes, to its neighbour. */
import { isNowhere, onceLeft } from '$shared/ui/keys'

const ROW = '[data-message]'

export class LogFocus {
  /** The focus is in the messages: the log is a Tab stop from outside only, else nobody would come out backwards. */
  inside = $state(false)
  #log: HTMLElement | null = null
  /** How the focus moves: by Shift and Tab, which not every keyboard calls Tab; by another key; or by a press, which says where. */
  #way: 'back' | 'on' | 'press' = 'on'
  /** The message that has the focus, or something in it. */
  #at = ''

  /** Attach to the log. */
  readonly follow = (log: HTMLElement): (() => void) => {
    this.#log = log
    const key = (event: KeyboardEvent) => {
      this.#way = event.shiftKey && event.key !== 'Enter' && event.key !== 'Escape' ? 'back' : 'on'
    }
    const press = () => (this.#way = 'press')
    const listeners = new AbortController()
    const { signal } = listeners
    window.addEventListener('keydown', key, { capture: true, signal })
    window.addEventListener('pointerdown', press, { capture: true, signal })
    log.addEventListener('focusin', this.#enter, { signal })
    log.addEventListener('focusout', this.#leave, { signal })
    return () => {
      listeners.abort()
      this.#log = null
    }
  }

  rows(): HTMLElement[] {
    return [...(this.#log?.querySelectorAll<HTMLElement>(ROW) ?? [])]
  }

  /** Once the lines stand: what had the focus may be gone, and the keys would do nothing any more. */
  settle(): void {
    if (!this.inside || !isNowhere()) return
    this.#nearest()?.focus({ preventScroll: true })
  }

  /** The message itself, or what stands after or before the line that it became. */
  #nearest(): HTMLElement | undefined {
    const rows = this.rows()
    const line = this.#log?.querySelector(`[data-line="${CSS.escape(this.#at)}"]`)
    if (!line) return rows.at(-1)
    const after = (row: HTMLElement) => (line.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
    return rows.find((row) => row === line || after(row)) ?? rows.at(-1)
  }

  readonly #enter = ({ target }: FocusEvent): void => {
    if (!(target instanceof Element)) return
    const came = !this.inside
    this.inside = true
    this.#at = target.closest<HTMLElement>(ROW)?.dataset['message'] ?? ''
    // From the field below too, and not to a link of an older one.
    if (came && (this.#way === 'back' || (this.#way === 'on' && target === this.#log))) this.rows().at(-1)?.focus()
  }

  readonly #leave = ({ target, relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && this.#log?.contains(relatedTarget)) return
    onceLeft(target, () => (this.inside = this.#log?.contains(document.activeElement) ?? false))
  }
}
