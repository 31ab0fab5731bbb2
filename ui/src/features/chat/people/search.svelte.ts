/** People of the organisation as one types, without oneself. */
import { commands, type ListDiff, type PersonView } from '$shared/ipc'
import { applyDiffs } from '$shared/stores/list_diff'
import { Subscription } from '$shared/stores/subscription.svelte'

const NOBODY: ReadonlySet<string> = new Set()

export class PeopleSearch {
  query = $state('')
  chosen = $state.raw<PersonView[]>([])
  /** The row that Enter and Space act on. */
  at = $state(0)
  readonly subscription = new Subscription<ListDiff<PersonView>[]>()
  #items = $state.raw<PersonView[]>([])

  #answered: () => void = () => undefined
  #settled: Promise<void> = Promise.resolve()
  #closed = false

  /** Matrix ids of people who are not offered. */
  #without: () => ReadonlySet<string>

  readonly found = $derived.by(() => {
    const without = this.#without()
    return this.#items.filter((person) => !person.me && !without.has(person.matrixId) && !this.chosen.some((each) => each.id === person.id))
  })
  readonly rows = $derived([...this.chosen, ...this.found])

  constructor(without: () => ReadonlySet<string> = () => NOBODY) {
    this.#without = without
  }

  async search(query: string): Promise<void> {
    this.query = query
    let fresh = true
    this.#answered()
    let answered = (): void => undefined
    this.#settled = new Promise((resolve) => (answered = resolve))
    this.#answered = answered
    const started = await this.subscription.start(
      (updates) => commands.people(query.trim(), updates),
      (diffs) => {
        // What was found before stays until the new answer is there.
        this.#items = applyDiffs(fresh ? [] : this.#items, diffs)
        fresh = false
        this.at = this.chosen.length
        answered()
      },
    )
    if (!started) answered()
  }

  /** Waits until what is found is what was last asked for; false where nobody waits any more. */
  async settle(): Promise<boolean> {
    let settled
    do {
      settled = this.#settled
      await settled
    } while (settled !== this.#settled)
    return !this.#closed
  }

  toggle(person: PersonView): void {
    this.chosen = this.isChosen(person) ? this.chosen.filter((each) => each.id !== person.id) : [...this.chosen, person]
    if (this.query !== '') void this.search('')
  }

  isChosen(person: PersonView): boolean {
    return this.chosen.some((each) => each.id === person.id)
  }

  close(): void {
    this.#closed = true
    this.subscription.stop()
    this.#answered()
  }
}
