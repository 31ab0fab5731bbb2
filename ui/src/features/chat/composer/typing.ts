/** Tells the room that somebody writes: at most every four seconds, and the end at once. */

const REPEAT_MS = 4000
export const REST_MS = 5000

export class Typing {
  #told = 0
  #rest: ReturnType<typeof setTimeout> | undefined
  readonly #tell: (active: boolean) => void
  readonly #now: () => number

  constructor(tell: (active: boolean) => void, now: () => number = Date.now) {
    this.#tell = tell
    this.#now = now
  }

  wrote(): void {
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.stop(), REST_MS)
    if (this.#told !== 0 && this.#now() - this.#told < REPEAT_MS) return
    this.#told = this.#now()
    this.#tell(true)
  }

  stop(): void {
    clearTimeout(this.#rest)
    if (this.#told === 0) return
    this.#told = 0
    this.#tell(false)
  }
}
