/** The directory as the core filters it, and the person whose profile is open. */
import { Channel, commands, type ListDiff, type PersonView } from '$shared/ipc'
import { applyDiffs } from '$shared/stores/list_diff'
import { me } from '$shared/stores/me.svelte'

export type Filter = { kind: 'everybody' | 'available' | 'in-call' | 'unverified' } | { kind: 'team'; team: string }

class People {
  items = $state.raw<PersonView[]>([])
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  query = $state('')
  filter = $state.raw<Filter>({ kind: 'everybody' })
  chosen = $state<string | null>(null)
  #subscription: number | null = null
  #asked = 0
  #owner: string | null = null

  /** Before anybody was told, nobody is not a number. */
  known = $derived(this.state === 'ready' || this.items.length > 0)
  shown = $derived(this.items.filter((person) => fits(person, this.filter)))
  person = $derived(this.items.find((each) => each.id === this.chosen) ?? null)
  /** A search that leaves out the chosen team leaves it to be seen and to be left. */
  teams = $derived([...new Set([...this.items.flatMap((each) => each.team ?? []), ...(this.filter.kind === 'team' ? [this.filter.team] : [])])].sort((a, b) => a.localeCompare(b)))

  async open(): Promise<void> {
    this.#forget()
    await this.search(this.query)
  }

  /** What belonged to somebody who has signed out. */
  #forget(): void {
    const before = this.#owner
    this.#owner = me.matrixId
    if (before === null || before === this.#owner) return
    this.items = []
    this.state = 'loading'
    this.query = ''
    this.filter = { kind: 'everybody' }
    this.chosen = null
  }

  /** Every keystroke asks anew; answers to older questions are dropped. */
  async search(query: string): Promise<void> {
    this.query = query
    const asked = ++this.#asked
    let answered = false
    const updates = new Channel<ListDiff<PersonView>[]>()
    updates.onmessage = (diffs) => {
      if (asked !== this.#asked) return
      this.items = applyDiffs(this.items, diffs)
      this.state = 'ready'
      // Without a query everybody is there, or about to be.
      if (!answered && query !== '') this.#keep()
      answered = true
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

  narrow(filter: Filter): void {
    this.filter = filter
    this.#keep()
  }

  /**
   * The profile goes when one asks for people without this one. It stays when the person only goes offline or joins a call:
   * what somebody reads is not taken away by somebody else.
   */
  #keep(): void {
    if (!this.shown.some((each) => each.id === this.chosen)) this.chosen = null
  }

  /** Opens a profile, whatever was searched before. */
  choose(id: string): void {
    this.#forget()
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
