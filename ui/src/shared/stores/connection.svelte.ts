/** What works at the moment, as the core tells it. */
import { commands, type Connection } from '$shared/ipc'
import { Subscription } from './subscription.svelte'

class ConnectionStore {
  current = $state.raw<Connection | null>(null)
  readonly subscription = new Subscription<Connection>()

  async open(): Promise<void> {
    await this.subscription.start((updates) => commands.connection(updates), (connection) => (this.current = connection))
  }

  close(): void {
    this.subscription.stop()
    this.current = null
  }
}

export const connection = new ConnectionStore()
