/** The rooms of this account as the core keeps them. */
import { Channel, commands, type ListDiff, type RoomSummary } from '$shared/ipc'
import { applyDiffs } from './list_diff'

class Rooms {
  items = $state.raw<RoomSummary[]>([])
  #subscription: number | null = null
  #asked = 0

  async open(): Promise<void> {
    const asked = ++this.#asked
    const updates = new Channel<ListDiff<RoomSummary>[]>()
    updates.onmessage = (diffs) => {
      if (asked === this.#asked) this.items = applyDiffs(this.items, diffs)
    }
    const answer = await commands.rooms(updates)
    if (answer.status === 'error') return
    if (asked === this.#asked) this.#subscription = answer.data
    else void commands.unsubscribe(answer.data)
  }

  close(): void {
    this.#asked += 1
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
    this.items = []
  }
}

export const rooms = new Rooms()
