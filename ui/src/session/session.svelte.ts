/** Who is signed in, as the core tells it; the window's first screen follows from it. */
import { Channel, commands, type ErrorCode, type SessionState, type SignInStep } from '$shared/ipc'
import { nav } from '$shared/nav.svelte'

class Session {
  state = $state.raw<SessionState>({ kind: 'opening' })
  /** How far signing in is; null while nobody signs in. */
  step = $state<SignInStep | null>(null)
  busy = $state(false)
  /** What went wrong last, until the next try. */
  error = $state<ErrorCode | null>(null)
  #subscription: number | null = null

  async open(): Promise<void> {
    const updates = new Channel<SessionState>()
    updates.onmessage = (state) => {
      if (state.kind !== this.state.kind) this.error = null
      // Who signs in next begins where everybody does, not where the one before left.
      if (state.kind === 'signed-out') nav.go('chat')
      this.state = state
    }
    const answer = await commands.session(updates)
    if (answer.status === 'ok') this.#subscription = answer.data
    else this.error = answer.error.code
  }

  close(): void {
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
  }

  async signIn(server: string, email: string, password: string): Promise<void> {
    const progress = new Channel<SignInStep>()
    progress.onmessage = (step) => {
      if (this.busy) this.step = step
    }
    this.step = 'finding-server'
    await this.#run(() => commands.signIn(server.trim(), email.trim(), password, progress))
    this.step = null
  }

  unlock(passphrase: string): Promise<void> {
    return this.#run(() => commands.unlock(passphrase))
  }

  askKeyring(): Promise<void> {
    return this.#run(() => commands.askKeyring())
  }

  rebuild(): Promise<void> {
    return this.#run(() => commands.rebuildStore())
  }

  async #run(command: () => ReturnType<typeof commands.rebuildStore>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.error = null
    try {
      const answer = await command()
      if (answer.status === 'error') this.error = answer.error.code
    } finally {
      this.busy = false
    }
  }
}

export const session = new Session()
