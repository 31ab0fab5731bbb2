/** What the person chose on this computer. Shown at once, saved by the core, put back when saving failed. */
import { Channel, commands, type Settings } from '$shared/ipc'

class SettingsStore {
  current = $state.raw<Settings | null>(null)
  failed = $state(false)
  /** The settings could not be read at all. */
  unread = $state(false)
  #subscription: number | null = null
  #saving: Promise<unknown> = Promise.resolve()
  /** How many changes are not saved yet, and what the core told meanwhile: it does not know of them. */
  #pending = 0
  #told: Settings | null = null

  async open(): Promise<void> {
    const updates = new Channel<Settings>()
    updates.onmessage = (settings) => {
      if (this.#pending === 0) this.current = settings
      else this.#told = settings
    }
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
    // In the order they were made, or an earlier one would be kept last.
    this.#pending += 1
    const saving = this.#saving.then(() => commands.saveSettings(next))
    this.#saving = saving.catch(() => undefined)
    const answer = await saving.finally(() => (this.#pending -= 1))
    this.failed = answer.status === 'error'
    if (this.failed && this.current === next) this.current = before
    if (this.#pending > 0) return
    // Devices are chosen past this store.
    const told = this.#told
    this.#told = null
    if (!this.failed && told) this.current = { ...next, microphone: told.microphone, speaker: told.speaker, camera: told.camera }
  }
}

export const settings = new SettingsStore()
