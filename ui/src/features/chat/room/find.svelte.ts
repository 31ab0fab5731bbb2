/** Finding in the messages that are loaded; asking further back is a choice. */
import type { TimelineItem } from '$shared/ipc'
import type { RoomView } from './view.svelte'

/** Newest first, without regard to case and accents. */
export function findIn(items: readonly TimelineItem[], query: string): string[] {
  const wanted = fold(query.trim())
  if (wanted === '') return []
  return items
    .filter((item) => item.kind === 'message' && fold(textOf(item)).includes(wanted))
    .map((item) => item.id)
    .reverse()
}

function textOf(item: TimelineItem): string {
  if (item.kind !== 'message') return ''
  switch (item.body.kind) {
    case 'text':
      return item.body.text
    case 'image':
      return `${item.body.name} ${item.body.caption ?? ''}`
    case 'file':
    case 'card':
      return item.body.name
    default:
      return ''
  }
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

export class FindHere {
  open = $state(false)
  query = $state('')
  /** How often it was asked for. */
  asked = $state(0)
  /** The hit in view, counted from the newest. */
  at = $state(0)
  readonly #view: RoomView
  readonly hits = $derived.by(() => (this.open ? findIn(this.#view.items, this.query) : []))
  readonly current = $derived(this.hits[Math.min(this.at, this.hits.length - 1)] ?? null)

  constructor(view: RoomView) {
    this.#view = view
  }

  show(): void {
    if (!this.open) this.at = 0
    this.open = true
    this.asked += 1
  }

  search(query: string): void {
    this.query = query
    this.at = 0
    this.#bring()
  }

  step(by: 1 | -1): void {
    if (this.hits.length === 0) return
    this.at = (Math.min(this.at, this.hits.length - 1) + by + this.hits.length) % this.hits.length
    this.#bring()
  }

  close(): boolean {
    const was = this.open
    this.open = false
    this.query = ''
    return was
  }

  #bring(): void {
    if (this.current !== null) this.#view.wanted = this.current
  }
}
