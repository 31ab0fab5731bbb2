/** One subscription of the core: what comes after it ended is dropped, and one that fails says so. */
import { Channel, commands, type ApiError } from '$shared/ipc'

type Answer = { status: 'ok'; data: number } | { status: 'error'; error: ApiError }

export class Subscription<T> {
  /** Why there is nothing; null while it runs or waits for its answer. */
  error = $state.raw<ApiError | null>(null)
  #id: number | null = null
  #asked = 0
  #active = false

  /** Whether it runs, or waits for its answer. */
  get active(): boolean {
    return this.#active
  }

  /** Ends what ran before, so that two answers never mix. */
  async start(ask: (updates: Channel<T>) => Promise<Answer>, receive: (update: T) => void): Promise<boolean> {
    this.stop()
    this.#active = true
    const asked = this.#asked
    const updates = new Channel<T>()
    updates.onmessage = (update) => {
      if (asked === this.#asked) receive(update)
    }
    const answer = await ask(updates)
    if (answer.status === 'error') {
      if (asked === this.#asked) {
        this.#active = false
        this.error = answer.error
      }
      return false
    }
    if (asked !== this.#asked) {
      void commands.unsubscribe(answer.data)
      return false
    }
    this.#id = answer.data
    return true
  }

  stop(): void {
    this.#asked += 1
    this.#active = false
    this.error = null
    if (this.#id !== null) void commands.unsubscribe(this.#id)
    this.#id = null
  }
}
