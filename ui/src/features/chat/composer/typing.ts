/** Tells the room that somebody writes: at most every four seconds, and the end at once, or behind what was written. */

const REPEAT_MS = 4000
export const REST_MS = 5000
export const BEHIND_MS = 1000

export class Typing {
  #told = 0
  #rest: ReturnType<typeof setTimeout> | undefined
  #behind: ReturnType<typeof setTimeout> | undefined
  readonly #tell: (active: boolean) => void
  readonly #now: () => number

  constructor(tell: (active: boolean) => void, now: () => number = Date.now) {
    this.#tell = tell
    this.#now = now
  }

  wrote(): void {
    clearTimeout(this.#rest)
    clearTimeout(this.#behind)
    this.#rest = setTimeout(() => this.stop(), REST_MS)
    if (this.#told !== 0 && this.#now() - this.#told < REPEAT_MS) return
    this.#told = this.#now()
    this.#tell(true)
  }

  /** What was written goes out, and this does not go out beside it: every word to the server costs the message time. */
  sent(): void {
    clearTimeout(this.#rest)
    if (this.#told === 0) return
    this.#told = 0
    this.#behind = setTimeout(() => this.#tell(false), BEHIND_MS)
  }

  stop(): void {
    clearTimeout(this.#rest)
    if (this.#told === 0) return
    this.#told = 0
    this.#tell(false)
  }
}
