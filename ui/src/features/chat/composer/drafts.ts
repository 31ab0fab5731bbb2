/** What is written but not sent, per room: kept at once in memory, and by the core a moment later. */

export const SAVE_MS = 600

type Save = (roomId: string, text: string) => void

export class Drafts {
  readonly #texts = new Map<string, string>()
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #save: Save

  constructor(save: Save) {
    this.#save = save
  }

  /** What was last written here; else what the core kept from before. */
  read(roomId: string, kept: string | null): string {
    return this.#texts.get(roomId) ?? kept ?? ''
  }

  write(roomId: string, text: string): void {
    if (this.read(roomId, '') === text) return
    this.#texts.set(roomId, text)
    clearTimeout(this.#waiting.get(roomId))
    this.#waiting.set(roomId, setTimeout(() => this.flush(roomId), SAVE_MS))
  }

  /** Leaving a room or the window does not wait. */
  flush(roomId: string): void {
    const timer = this.#waiting.get(roomId)
    if (timer === undefined) return
    clearTimeout(timer)
    this.#waiting.delete(roomId)
    this.#save(roomId, this.#texts.get(roomId) ?? '')
  }

  flushAll(): void {
    for (const roomId of [...this.#waiting.keys()]) this.flush(roomId)
  }
}
