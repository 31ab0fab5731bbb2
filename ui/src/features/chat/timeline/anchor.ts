/** The arithmetic of keeping one's place while lines come and grow. Pure, in CSS pixels. */
import type { TimelineItem } from '$shared/ipc'

export type View = { top: number; height: number; content: number }

/** What cannot be scrolled past in one message still counts as the bottom. */
const LEAST = 40

/** Scrolled up by no more than one message. */
export function isAtBottom(view: View, lastLine: number): boolean {
  return view.content - view.height - view.top <= Math.max(LEAST, Math.min(lastLine, view.height / 2))
}

/** Near enough to the top that older messages should be on their way. */
export function wantsOlder(view: View): boolean {
  return view.top < view.height * 1.5
}

export type Span = { id: string; top: number; bottom: number }

/** The first line that is visible, and how far its top lies from the window's: what stays put. */
export function firstVisible(count: number, span: (index: number) => Span, top: number): { id: string; offset: number } | null {
  let low = 0
  let high = count - 1
  while (low < high) {
    const mid = (low + high) >> 1
    if (span(mid).bottom > top) high = mid
    else low = mid + 1
  }
  if (count === 0) return null
  const found = span(low)
  return { id: found.id, offset: found.top - top }
}

/** Messages of others after the last one that was seen. */
export function newSince(items: readonly TimelineItem[], seen: string | null): number {
  if (seen === null) return 0
  const at = items.findLastIndex((item) => item.id === seen)
  if (at < 0) return 0
  return items.slice(at + 1).filter((item) => item.kind === 'message' && !item.own).length
}
