/** Keeps the reader's place: the newest while one is there, else the first visible line, whatever comes or grows. */
import { firstVisible, isAtBottom, type View } from './anchor'

type Moved = { atBottom: boolean; view: View }

export class PlaceKeeper {
  #stuck = true
  #anchor: { id: string; offset: number } | null = null
  readonly #scroller: HTMLElement
  readonly #content: HTMLElement
  readonly #moved: (moved: Moved) => void
  readonly #watch: ResizeObserver

  constructor(scroller: HTMLElement, content: HTMLElement, moved: (moved: Moved) => void) {
    this.#scroller = scroller
    this.#content = content
    this.#moved = moved
    this.#watch = new ResizeObserver(() => this.restore())
    this.#watch.observe(scroller)
    this.#watch.observe(content)
    scroller.addEventListener('scroll', this.#look, { passive: true })
  }

  end(): void {
    this.#watch.disconnect()
    this.#scroller.removeEventListener('scroll', this.#look)
  }

  toNewest(): void {
    this.#stuck = true
    this.restore()
  }

  /** Brings a line to the middle; false where it is not there. */
  show(id: string): boolean {
    const line = this.#line(id)
    if (!line) return false
    this.#stuck = false
    line.scrollIntoView({ block: 'center' })
    this.#look()
    return true
  }

  /** After lines came, went or changed their size. */
  restore(): void {
    const scroller = this.#scroller
    if (this.#stuck) scroller.scrollTop = scroller.scrollHeight
    else if (this.#anchor) {
      const line = this.#line(this.#anchor.id)
      const moved = line ? line.getBoundingClientRect().top - scroller.getBoundingClientRect().top - this.#anchor.offset : 0
      // Half a pixel is rounding, not movement.
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved
    }
    this.#look()
  }

  readonly #look = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller
    const view = { top: scrollTop, height: clientHeight, content: scrollHeight }
    const lines = this.#content.children
    const top = this.#scroller.getBoundingClientRect().top
    this.#stuck = isAtBottom(view, lines[lines.length - 1]?.clientHeight ?? 0)
    this.#anchor = firstVisible(
      lines.length,
      (index) => {
        const line = lines[index]
        const box = line?.getBoundingClientRect()
        return { id: line instanceof HTMLElement ? (line.dataset['line'] ?? '') : '', top: (box?.top ?? 0) - top, bottom: (box?.bottom ?? 0) - top }
      },
      0,
    )
    this.#moved({ atBottom: this.#stuck, view })
  }

  #line(id: string): Element | null {
    return this.#content.querySelector(`:scope > [data-line="${CSS.escape(id)}"]`)
  }
}
