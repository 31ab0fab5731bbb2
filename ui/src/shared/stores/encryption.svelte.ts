/** How far this device is trusted, and the recovery key while it waits to be written down. */
import { commands, type EncryptionState, type ErrorCode } from '$shared/ipc'
import { Subscription } from './subscription.svelte'

class Encryption {
  current = $state.raw<EncryptionState | null>(null)
  /** Shown once, then gone from memory. */
  key = $state<string | null>(null)
  readonly subscription = new Subscription<EncryptionState>()

  async open(): Promise<void> {
    await this.subscription.start(
      (updates) => commands.encryption(updates),
      (state) => {
        this.current = state
        void this.#ask()
      },
    )
  }

  close(): void {
    this.subscription.stop()
    this.current = null
    this.key = null
  }

  async confirm(): Promise<boolean> {
    const answer = await commands.confirmRecoveryKey()
    if (answer.status === 'ok') this.key = null
    return answer.status === 'ok'
  }

  /** Makes a new key, which then shows itself; why not, where it was not made. */
  async renew(): Promise<ErrorCode | null> {
    const answer = await commands.newRecoveryKey()
    if (answer.status === 'error') return answer.error.code
    this.key = answer.data
    return null
  }

  /** Gives the lost keys of the account up for new ones; the new recovery key shows itself. Why not, where it did not go. */
  async reset(password: string): Promise<ErrorCode | null> {
    const answer = await commands.resetIdentity(password)
    if (answer.status === 'error') return answer.error.code
    this.key = answer.data
    return null
  }

  /** The key is made some time after sign-in, so every change of state asks. */
  async #ask(): Promise<void> {
    if (this.key !== null) return
    const answer = await commands.recoveryKey()
    if (answer.status === 'ok') this.key = answer.data
  }
}

export const encryption = new Encryption()
