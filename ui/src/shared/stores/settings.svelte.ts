/** What the person chose on this computer. Shown at once, saved by the core, put back when saving failed. */
import { Channel, commands, type Settings } from '$shared/ipc'

class SettingsStore {
  current = $state.raw<Settings | null>(null)
  failed = $state(false)
  /** The settings could not be read at all. */
  unread = $state(false)
  #subscription: number | null = null

  async open(): Promise<void> {
    const updates = new Channel<Settings>()
    updates.onmessage = (settings) => (this.current = settings)
    const answer = await commands.settings(updates)
    this.unread = answer.status === 'error'
    if (answer.status === 'ok') this.#subscription = answer.data
  }

  close(): void {
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
  }

  async change(part: Partial<Settings>): Promise<void> {
    const before = this.current
    if (before === null) return
    const next = { ...before, ...part }
    this.current = next
    const answer = await commands.saveSettings(next)
    this.failed = answer.status === 'error'
    if (this.failed && this.current === next) this.current = before
  }
}

export const settings = new SettingsStore()
