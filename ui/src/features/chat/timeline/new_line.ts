/** The "New" line: where the core's read marker stood when it first mattered, until the room is left. */
import type { TimelineItem } from '$shared/ipc'

export class NewLine {
  /** The item the line stands before. */
  before: string | null = null
  #settled = false

  /** `away` tells whether what comes in is unseen. The first items of a room count as unseen. */
  follow(items: readonly TimelineItem[], away: boolean): string | null {
    if (this.before === null && (!this.#settled || away)) this.before = afterMarker(items)
    if (items.some((item) => item.kind === 'message')) this.#settled = true
    return this.before
  }
}

/** The first message after the marker; nothing where only notices follow. */
function afterMarker(items: readonly TimelineItem[]): string | null {
  const at = items.findIndex((item) => item.kind === 'read-marker')
  if (at < 0) return null
  return items.slice(at + 1).find((item) => item.kind === 'message' && !item.own)?.id ?? null
}
