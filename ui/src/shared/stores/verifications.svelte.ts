/** Comparisons of devices: what runs, and what has ended and was not put away. */
import { commands, type Verification } from '$shared/ipc'
import { Subscription } from './subscription.svelte'

class Verifications {
  items = $state.raw<Verification[]>([])
  readonly subscription = new Subscription<Verification[]>()

  /** One at a time; who asks later waits. */
  readonly first = $derived(this.items[0] ?? null)

  async open(): Promise<void> {
    await this.subscription.start((updates) => commands.verifications(updates), (items) => (this.items = items))
  }

  close(): void {
    this.subscription.stop()
    this.items = []
  }
}

export const verifications = new Verifications()
