/** What works at the moment, as the core tells it. */
import { commands, type Connection } from '$shared/ipc'
import { Subscription } from './subscription.svelte'

const AREAS = ['chat', 'files', 'calls'] as const

class ConnectionStore {
  current = $state.raw<Connection | null>(null)
  /** How often an area came back. */
  returns = $state(0)
  readonly subscription = new Subscription<Connection>()

  async open(): Promise<void> {
    await this.subscription.start((updates) => commands.connection(updates), (connection) => this.#take(connection))
  }

  close(): void {
    this.subscription.stop()
    this.current = null
  }

  #take(connection: Connection): void {
    const before = this.current
    if (before && AREAS.some((area) => connection[area] === 'online' && before[area] !== 'online')) this.returns += 1
    this.current = connection
  }
}

export const connection = new ConnectionStore()
