/** Who is signed in, as the core tells it; the window's first screen follows from it. */
import { Channel, commands, type ErrorCode, type Factor, type SessionState, type SignInStep } from '$shared/ipc'
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
      // Back at the start it is said why; which of the two is told first is open.
      if (state.kind !== this.state.kind && state.kind !== 'signed-out') this.error = null
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
    this.step = 'finding-server'
    await this.#run(() => commands.signIn(server.trim(), email.trim(), password, this.#progress()))
    this.step = null
  }

  /** Has a code sent; why not, where it was not. */
  async askFactor(factor: Factor): Promise<ErrorCode | null> {
    const answer = await commands.askFactor(factor)
    return answer.status === 'error' ? answer.error.code : null
  }

  /** Shows a code; what was wrong with it. The rest of signing in follows. */
  async answerFactor(factor: Factor, code: string): Promise<ErrorCode | null> {
    await this.#run(() => commands.answerFactor(factor, code, this.#progress()))
    this.step = null
    return this.error
  }

  /** Back to the start. */
  leave(): Promise<void> {
    return this.#run(() => commands.signOut())
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

  #progress(): Channel<SignInStep> {
    const progress = new Channel<SignInStep>()
    progress.onmessage = (step) => {
      if (this.busy) this.step = step
    }
    return progress
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
