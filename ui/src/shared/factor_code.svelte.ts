/** The code that is asked for besides the password: which way it comes, and when another may be sent. */
import type { ErrorCode, Factor } from '$shared/ipc'
import { secondsUntil } from './ui/next_try'

/** Between two messages: who waits this long has looked for the first. */
export const AGAIN_MS = 30_000
/** Digits of a code that is shown or sent. */
const DIGITS = 6

/** Has a code sent for a factor; why not, where it was not. */
export type Ask = (factor: Factor) => Promise<ErrorCode | null>

export function isSent(factor: Factor): boolean {
  return factor === 'email' || factor === 'phone'
}

/** Whether it may be a whole code, however it is grouped. */
export function isWhole(factor: Factor, code: string): boolean {
  const plain = code.replace(/[\s-]+/g, '')
  return factor === 'recovery-code' ? plain.length >= DIGITS : plain.length === DIGITS && /^\d+$/.test(plain)
}

export class FactorCode {
  factor = $state<Factor>('app')
  code = $state('')
  fault = $state<ErrorCode | null>(null)
  sending = $state(false)
  readonly whole = $derived(isWhole(this.factor, this.code))
  /** For each factor when another code may be sent. None where no good one is on its way. */
  #sent = $state.raw<Partial<Record<Factor, number>>>({})
  readonly #ask: Ask

  constructor(factors: readonly Factor[], ask: Ask) {
    this.factor = factors[0] ?? 'app'
    this.#ask = ask
  }

  /** Whether a code is on its way that may still be good. */
  get sent(): boolean {
    return this.#sent[this.factor] !== undefined
  }

  /** Seconds until another may be sent; null when it may be. */
  secondsLeft(now: number): number | null {
    const time = this.#sent[this.factor]
    return time === undefined || time <= now ? null : Math.min(secondsUntil(time, now), AGAIN_MS / 1000)
  }

  /** Has the first code sent, where it is one that is sent. */
  async begin(): Promise<void> {
    if (isSent(this.factor) && !this.sent) await this.send()
  }

  async choose(factor: Factor): Promise<void> {
    this.factor = factor
    this.code = ''
    this.fault = null
    await this.begin()
  }

  async send(): Promise<void> {
    if (this.sending) return
    const factor = this.factor
    this.sending = true
    this.fault = null
    const failed = await this.#ask(factor)
    this.sending = false
    // A code that is sent ends the one before, whichever way that came.
    if (failed === null) this.#sent = { [factor]: Date.now() + AGAIN_MS }
    if (factor === this.factor) this.fault = failed
  }

  /** What became of the code: one that was wrong is typed anew. */
  answered(failed: ErrorCode | null): void {
    this.fault = failed
    if (failed === 'wrong-code' || failed === 'code-over') this.code = ''
    // A code of another kind ended the one that was sent, and so do too many wrong ones.
    if (failed === 'code-over' || !isSent(this.factor)) this.#sent = {}
  }
}
