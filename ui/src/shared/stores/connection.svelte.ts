/** What works at the moment, as the core tells it. */
import { Channel, commands, type Connection } from '$shared/ipc'

class ConnectionStore {
  current = $state.raw<Connection | null>(null)
  #subscription: number | null = null
  #asked = 0

  async open(): Promise<void> {
    const asked = ++this.#asked
    const updates = new Channel<Connection>()
    updates.onmessage = (connection) => {
      if (asked === this.#asked) this.current = connection
    }
    const answer = await commands.connection(updates)
    if (answer.status === 'error') return
    if (asked === this.#asked) this.#subscription = answer.data
    else void commands.unsubscribe(answer.data)
  }

  close(): void {
    this.#asked += 1
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
    this.current = null
  }
}

export const connection = new ConnectionStore()
