/** Turns items of the core into lines of the window: who is named again, where the "New" line stands. Pure. */
import type { Message, TimelineItem } from '$shared/ipc'

export type Line =
  | { kind: 'message'; id: string; message: Message; first: boolean; last: boolean }
  | { kind: 'day'; id: string; time: number }
  | { kind: 'new'; id: string }
  | { kind: 'start'; id: string }
  | { kind: 'notice'; id: string; item: TimelineItem & { kind: 'notice' } }
  /** Joins and renames one after another, told in one line. */
  | { kind: 'notices'; id: string; items: (TimelineItem & { kind: 'notice' })[] }

/** Messages of one person closer than this are one group. */
export const GROUP_MS = 5 * 60_000

const FOLDED = ['joined', 'left', 'invited', 'declined', 'renamed']

/** `newBefore` is the item that the "New" line stands before; `deleted` are messages whose deletion can still be taken back. */
export function lines(items: readonly TimelineItem[], newBefore: string | null, deleted: ReadonlySet<string>): Line[] {
  const shown = items.filter((item, i) => item.kind !== 'read-marker' && !isMaker(item, items[i - 1])).map((item) => (item.kind === 'message' && deleted.has(item.id) ? emptied(item) : item))
  const out: Line[] = []
  for (const [i, item] of shown.entries()) {
    if (item.id === newBefore) out.push({ kind: 'new', id: 'new' })
    switch (item.kind) {
      case 'day-divider':
        out.push({ kind: 'day', id: item.id, time: item.time })
        break
      case 'start':
        out.push({ kind: 'start', id: item.id })
        break
      case 'notice':
        addNotice(out, item)
        break
      case 'message':
        out.push({ kind: 'message', id: item.id, message: item, first: !continues(shown[i - 1], item) || item.id === newBefore, last: !isFollowed(item, shown[i + 1], newBefore) })
        break
    }
  }
  return out
}

/** Lines that did not change stay the same objects, so that only what changed is drawn again. */
export function reuse(before: readonly Line[], after: Line[]): Line[] {
  const known = new Map(before.map((line) => [line.id, line]))
  return after.map((line) => {
    const old = known.get(line.id)
    return old && isSame(old, line) ? old : line
  })
}

function isSame(a: Line, b: Line): boolean {
  if (a.kind === 'message' && b.kind === 'message') return a.message === b.message && a.first === b.first && a.last === b.last
  if (a.kind === 'notice' && b.kind === 'notice') return a.item === b.item
  if (a.kind === 'notices' && b.kind === 'notices') return a.items.length === b.items.length && a.items.every((item, i) => item === b.items[i])
  if (a.kind === 'day' && b.kind === 'day') return a.time === b.time
  return a.kind === b.kind
}

function isFollowed(item: Message, next: TimelineItem | undefined, newBefore: string | null): boolean {
  return next?.kind === 'message' && next.id !== newBefore && continues({ ...item, kind: 'message' }, next)
}

/** Whether a message belongs to the group of the one before it. A reply names its writer anew: the quote stands between. */
function continues(before: TimelineItem | undefined, message: Message): boolean {
  return before?.kind === 'message' && before.sender.id === message.sender.id && message.time - before.time < GROUP_MS && !isEvent(before) && !isEvent(message) && message.replyTo === null
}

/** Told in a line of the room rather than as something somebody says. */
function isEvent(message: Message): boolean {
  return message.body.kind === 'call' || message.body.kind === 'redacted'
}

/** Whether somebody comes into the room that they have just made, which goes without saying. */
function isMaker(item: TimelineItem, before: TimelineItem | undefined): boolean {
  return item.kind === 'notice' && item.what.kind === 'joined' && before?.kind === 'notice' && before.what.kind === 'created' && before.sender.id === item.sender.id
}

function emptied(item: TimelineItem & { kind: 'message' }): TimelineItem & { kind: 'message' } {
  return { ...item, body: { kind: 'redacted' }, reactions: [], replyTo: null }
}

function addNotice(out: Line[], item: TimelineItem & { kind: 'notice' }): void {
  const before = out.at(-1)
  if (!FOLDED.includes(item.what.kind)) out.push({ kind: 'notice', id: item.id, item })
  else if (before?.kind === 'notices') before.items.push(item)
  else if (before?.kind === 'notice' && FOLDED.includes(before.item.what.kind)) out[out.length - 1] = { kind: 'notices', id: before.id, items: [before.item, item] }
  else out.push({ kind: 'notice', id: item.id, item })
}
