/** The directory as the core filters it, and the person whose profile is open. */
import { Channel, commands, type ListDiff, type PersonView } from '$shared/ipc'
import { applyDiffs } from '$shared/stores/list_diff'

export type Filter = { kind: 'everybody' | 'available' | 'in-call' | 'unverified' } | { kind: 'team'; team: string }

class People {
  items = $state.raw<PersonView[]>([])
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  query = $state('')
  filter = $state.raw<Filter>({ kind: 'everybody' })
  chosen = $state<string | null>(null)
  #subscription: number | null = null
  #asked = 0

  shown = $derived(this.items.filter((person) => fits(person, this.filter)))
  person = $derived(this.items.find((each) => each.id === this.chosen) ?? null)
  teams = $derived([...new Set(this.items.flatMap((each) => each.team ?? []))].sort((a, b) => a.localeCompare(b)))

  /** Every keystroke asks anew; answers to older questions are dropped. */
  async search(query: string): Promise<void> {
    this.query = query
    const asked = ++this.#asked
    const updates = new Channel<ListDiff<PersonView>[]>()
    updates.onmessage = (diffs) => {
      if (asked !== this.#asked) return
      this.items = applyDiffs(this.items, diffs)
      this.state = 'ready'
    }
    const answer = await commands.people(query, updates)
    if (answer.status === 'error') {
      if (asked === this.#asked) this.state = 'failed'
      return
    }
    if (asked !== this.#asked) {
      void commands.unsubscribe(answer.data)
      return
    }
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = answer.data
  }

  /** Opens a profile, whatever was searched before. */
  choose(id: string): void {
    this.filter = { kind: 'everybody' }
    this.chosen = id
    // Without a query everybody is there, or comes as the area opens.
    if (this.query !== '') void this.search('')
  }

  close(): void {
    this.#asked += 1
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
  }

  count(filter: Filter): number {
    return this.items.filter((person) => fits(person, filter)).length
  }
}

export function fits(person: PersonView, filter: Filter): boolean {
  switch (filter.kind) {
    case 'everybody':
      return true
    case 'available':
      return person.presence === 'online' && !person.inCall
    case 'in-call':
      return person.inCall
    case 'unverified':
      return !person.verified && !person.me
    case 'team':
      return person.team === filter.team
  }
}

export const people = new People()
