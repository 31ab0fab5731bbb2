/**
 * One WebSocket to the media host. The first message authenticates; after that each picture gives one credit
 * back when it was drawn or will not be, so the host never sends more than is drawn.
 */
import { parseFrame, type Frame } from './header'

export type Address = { url: string; token: string }

export type FrameSocketEvents = {
  frame(frame: Frame): void
  /** Closed by the other side or by a failure; not after `close`. */
  closed(): void
}

export class FrameSocketClient {
  /** Messages that were no frames; shown nowhere, looked at in tests and when something is wrong. */
  malformed = 0
  readonly #socket: WebSocket

  constructor({ url, token }: Address, events: FrameSocketEvents) {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => socket.send(JSON.stringify({ token }))
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return
      const parsed = parseFrame(data)
      if (parsed.ok) {
        events.frame(parsed.frame)
        return
      }
      this.malformed += 1
      // The tile must not stand still because one of its frames was broken.
      if (parsed.tile !== null) this.credit(parsed.tile)
    }
    socket.onclose = () => events.closed()
    this.#socket = socket
  }

  credit(tile: number): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ credit: tile }))
  }

  close(): void {
    this.#socket.onclose = null
    this.#socket.onmessage = null
    this.#socket.close()
  }
}
