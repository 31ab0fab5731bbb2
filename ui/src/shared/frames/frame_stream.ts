/**
 * The one socket of the window, open while something shows video. Comes back by itself when the media host was
 * started again: each time it asks for the address, because port and token are new then.
 */
import { FrameSocketClient, type Address } from './frame_socket'
import type { Frame } from './header'

/** Shows frames; says whether the tile is one of its own, so that credit waits for its drawing. */
export type Sink = { take(frame: Frame): boolean }

const RETRY_MS = [250, 500, 1000, 2000]

export class FrameStream {
  readonly #sinks = new Set<Sink>()
  #socket: FrameSocketClient | null = null
  #opening = false
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly address: () => Promise<Address | null>) {}

  attach(sink: Sink): () => void {
    this.#sinks.add(sink)
    void this.#open()
    return () => {
      this.#sinks.delete(sink)
      if (this.#sinks.size === 0) this.#close()
    }
  }

  credit(tile: number): void {
    this.#socket?.credit(tile)
  }

  async #open(): Promise<void> {
    if (this.#socket !== null || this.#opening) return
    this.#opening = true
    const address = await this.address().catch(() => null)
    this.#opening = false
    if (this.#sinks.size === 0) return
    if (address === null) {
      this.#retry()
      return
    }
    this.#socket = new FrameSocketClient(address, {
      frame: (frame) => {
        this.#attempt = 0
        let taken = false
        for (const sink of this.#sinks) taken = sink.take(frame) || taken
        if (!taken) this.#socket?.credit(frame.tile)
      },
      closed: () => {
        this.#socket = null
        if (this.#sinks.size > 0) this.#retry()
      },
    })
  }

  #retry(): void {
    clearTimeout(this.#timer)
    const wait = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length - 1)]
    this.#attempt += 1
    this.#timer = setTimeout(() => void this.#open(), wait)
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#attempt = 0
    this.#socket?.close()
    this.#socket = null
  }
}
