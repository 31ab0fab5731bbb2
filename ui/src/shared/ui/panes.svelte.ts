/** How wide the window is in steps of the text size, and which panes are folded away or open over it. */

/** Below the first step the side pane floats over main, below the second the list is a strip; in rem, as components.css has them. */
const FLOAT = 68.75
const STRIP = 63.75

class Panes {
  /** Width in rem. */
  width = $state(90)
  /** The list is put away in a wide window, or opened over main in a narrow one. */
  listToggled = $state(false)
  /** The side pane, where it has a place of its own. */
  side = $state(true)
  /** The side pane over main. */
  sideOver = $state(false)
  /** The list of keys over everything. */
  keys = $state(false)

  narrow = $derived(this.width < FLOAT)
  strip = $derived(this.width < STRIP)
  sideOpen = $derived(this.narrow ? this.sideOver : this.side)
  listHidden = $derived(!this.strip && this.listToggled)
  listOver = $derived(this.strip && this.listToggled)

  resize(width: number): void {
    const strip = this.strip
    this.width = width
    // What opened over main belongs to the narrow window only.
    if (strip !== this.strip) this.listToggled = false
    if (!this.narrow) this.sideOver = false
  }

  toggleSide(): void {
    if (this.narrow) this.sideOver = !this.sideOver
    else this.side = !this.side
  }

  closeSide(): void {
    if (this.narrow) this.sideOver = false
    else this.side = false
  }

  toggleList(): void {
    this.listToggled = !this.listToggled
  }
}

export const panes = new Panes()

/**
 * Follows the window and the text size: a probe of one rem changes with either. The observer tells the first size too, before
 * the first picture; to ask for it here would lay out a window that is not filled yet.
 */
export function measure(window: HTMLElement): () => void {
  const probe = document.createElement('i')
  probe.style.cssText = 'position:absolute;visibility:hidden;inline-size:1rem;block-size:0'
  window.append(probe)
  const look = () => panes.resize(window.clientWidth / (probe.offsetWidth || 16))
  const watch = new ResizeObserver(look)
  watch.observe(window)
  watch.observe(probe)
  return () => {
    watch.disconnect()
    probe.remove()
  }
}
