/** Everybody of the organisation by Matrix id: presence, title and whether their keys were compared. */
import { commands, type ListDiff, type PersonView } from '$shared/ipc'
import { applyDiffs } from './list_diff'
import { Subscription } from './subscription.svelte'

class Directory {
  people = $state.raw<PersonView[]>([])
  readonly subscription = new Subscription<ListDiff<PersonView>[]>()
  readonly #byMatrixId = $derived(new Map(this.people.map((person) => [person.matrixId, person])))

  async open(): Promise<void> {
    await this.subscription.start((updates) => commands.people('', updates), (diffs) => (this.people = applyDiffs(this.people, diffs)))
  }

  close(): void {
    this.subscription.stop()
    this.people = []
  }

  /** Somebody of another server is not in it. */
  person(matrixId: string | null): PersonView | null {
    return matrixId === null ? null : (this.#byMatrixId.get(matrixId) ?? null)
  }

  /** What to call somebody; of who is not in it, the Matrix id says most. */
  nameOf(matrixId: string): string {
    return this.person(matrixId)?.name ?? matrixId.slice(1)
  }
}

export const directory = new Directory()
