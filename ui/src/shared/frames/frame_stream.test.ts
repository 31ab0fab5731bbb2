import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { HEADER_BYTES, MAGIC } from './header'
import { FrameStream } from './frame_stream'

class Wire {
  static OPEN = 1
  static all: Wire[] = []
  readyState = 1
  binaryType = ''
  sent: string[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  constructor(readonly url: string) {
    Wire.all.push(this)
  }
  send(text: string) {
    this.sent.push(text)
  }
  close() {
    this.readyState = 3
  }
}

function frame(tile: number, extra = 0): ArrayBuffer {
  const data = new ArrayBuffer(HEADER_BYTES + 6 + extra)
  const view = new DataView(data)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, tile, true)
  view.setUint16(24, 2, true)
  view.setUint16(26, 2, true)
  return data
}

beforeEach(() => {
  Wire.all = []
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Wire)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('authenticates first, gives credit for what nobody shows and for broken frames', async () => {
  const stream = new FrameStream(() => Promise.resolve({ url: 'ws://127.0.0.1:1', token: 't' }))
  const taken: number[] = []
  stream.attach({ take: ({ tile }) => tile === 1 && taken.push(tile) > 0 })
  await vi.runAllTimersAsync()
  const [wire] = Wire.all
  wire?.onopen?.()
  wire?.onmessage?.({ data: frame(1) })
  wire?.onmessage?.({ data: frame(2) })
  wire?.onmessage?.({ data: frame(3, 1) })
  wire?.onmessage?.({ data: 'text' })
  expect(taken).toEqual([1])
  expect(wire?.sent.map((text) => JSON.parse(text) as unknown)).toEqual([{ token: 't' }, { credit: 2 }, { credit: 3 }])
})

it('asks for a new address after the host went away, and stops when nothing is shown', async () => {
  let port = 1
  const stream = new FrameStream(() => Promise.resolve({ url: `ws://127.0.0.1:${String(port++)}`, token: 't' }))
  const detach = stream.attach({ take: () => true })
  await vi.runAllTimersAsync()
  Wire.all[0]?.onclose?.()
  await vi.runAllTimersAsync()
  expect(Wire.all.map((wire) => wire.url)).toEqual(['ws://127.0.0.1:1', 'ws://127.0.0.1:2'])
  detach()
  expect(Wire.all[1]?.readyState).toBe(3)
})
