/** The ring is on at once and goes off after 600 ms of silence, so that it does not flicker between words; who mutes has no more words. */
import { SvelteSet } from 'svelte/reactivity'

const SILENCE_MS = 600

export class SpeakingRings {
  readonly shown = new SvelteSet<string>()
  // Nothing is drawn from the timers.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()

  update(tiles: readonly { identity: string; speaking: boolean; muted: boolean }[]): void {
    // Lives for this call only.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const there = new Set(tiles.map((tile) => tile.identity))
    for (const { identity, speaking, muted } of tiles) {
      if (muted) {
        if (this.shown.has(identity)) this.#off(identity)
      } else if (speaking) {
        clearTimeout(this.#timers.get(identity))
        this.#timers.delete(identity)
        this.shown.add(identity)
      } else if (this.shown.has(identity) && !this.#timers.has(identity)) {
        this.#timers.set(identity, setTimeout(() => this.#off(identity), SILENCE_MS))
      }
    }
    for (const identity of [...this.shown]) if (!there.has(identity)) this.#off(identity)
  }

  #off(identity: string): void {
    clearTimeout(this.#timers.get(identity))
    this.#timers.delete(identity)
    this.shown.delete(identity)
  }

  dispose(): void {
    for (const identity of [...this.shown]) this.#off(identity)
  }
}
