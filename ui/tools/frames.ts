/** Stands where the media host's socket stands: draws people, a shared screen and the preview as I420 frames. */
import type { World } from './world'

/** "TSF1" */
const MAGIC = 0x31465354
const WIDTH = 640
const HEIGHT = 360

type Drawing = { context: OffscreenCanvasRenderingContext2D; still: Uint8Array }

export function installFrames(world: World): void {
  window.WebSocket = new Proxy(WebSocket, {
    construct(target, given: [string, ...string[]]) {
      return given[0].startsWith('ws://stub') ? new StubSocket(world) : new target(...given)
    },
  })
}

class StubSocket {
  readonly readyState = WebSocket.OPEN
  binaryType = 'arraybuffer'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: (() => void) | null = null
  readonly #drawn = new Map<number, Uint8Array>()
  readonly #seq = new Map<number, number>()
  readonly #timer: ReturnType<typeof setInterval>

  constructor(private readonly world: World) {
    setTimeout(() => this.onopen?.())
    // Twenty pictures a second; credit is for the real host.
    this.#timer = setInterval(() => this.#sendAll(), 50)
  }

  send(): void {
    // The token and credits have nobody to read them.
  }

  close(): void {
    clearInterval(this.#timer)
    this.onclose?.()
  }

  #sendAll(): void {
    const tiles = this.world.calls.current?.tiles.filter((tile) => tile.video) ?? [{ id: 0, userId: '@ada', source: 'camera' as const }]
    for (const tile of tiles) {
      const planes = this.#drawn.get(tile.id) ?? toI420(tile.source === 'screen' ? slide() : person(tile.userId))
      this.#drawn.set(tile.id, planes)
      const seq = (this.#seq.get(tile.id) ?? 0) + 1
      this.#seq.set(tile.id, seq)
      this.onmessage?.({ data: frame(tile.id, seq, planes) })
    }
  }
}

function frame(tile: number, seq: number, planes: Uint8Array): ArrayBuffer {
  const data = new ArrayBuffer(32 + planes.length)
  const head = new DataView(data)
  head.setUint32(0, MAGIC, true)
  head.setUint32(4, tile, true)
  head.setBigUint64(8, BigInt(seq), true)
  head.setBigInt64(16, BigInt(seq) * 50_000n, true)
  head.setUint16(24, WIDTH, true)
  head.setUint16(26, HEIGHT, true)
  new Uint8Array(data, 32).set(planes)
  return data
}

function canvas(): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d')
  if (!context) throw new Error('this browser draws nothing off screen')
  return context
}

/** Somebody before a wall with a window, in colours of their own. */
function person(id: string): Drawing['context'] {
  const context = canvas()
  const seed = Array.from(id).reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 3) % 997
  const wall = context.createLinearGradient(0, 0, WIDTH, HEIGHT)
  wall.addColorStop(0, `hsl(${String((seed * 53) % 360)} 22% 62%)`)
  wall.addColorStop(1, `hsl(${String((seed * 53 + 40) % 360)} 26% 34%)`)
  context.fillStyle = wall
  context.fillRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = 'hsl(48 60% 90% / .35)'
  context.fillRect(seed % 2 ? 40 : 470, 30, 130, 170)
  const skin = `hsl(${String(18 + (seed % 14))} ${String(36 + (seed % 20))}% ${String(38 + (seed % 38))}%)`
  const hair = `hsl(${String(seed % 40)} 28% ${String(12 + (seed % 24))}%)`
  const oval = (x: number, y: number, w: number, h: number, fill: string) => {
    context.fillStyle = fill
    context.beginPath()
    context.ellipse(x, y, w, h, 0, 0, Math.PI * 2)
    context.fill()
  }
  oval(320, 400, 170, 130, `hsl(${String((seed * 91) % 360)} 34% 40%)`)
  if (seed % 3) oval(320, 178, 96, 118, hair)
  context.fillStyle = skin
  context.fillRect(284, 220, 72, 80)
  oval(320, 180, 74, 94, skin)
  context.fillStyle = hair
  context.beginPath()
  context.ellipse(320, 140, 80, 66, 0, Math.PI, Math.PI * 2)
  context.fill()
  oval(294, 178, 6, 6, '#241c1a')
  oval(346, 178, 6, 6, '#241c1a')
  context.strokeStyle = '#5b2f2b'
  context.lineWidth = 5
  context.beginPath()
  context.arc(320, 206, 24, 0.25 * Math.PI, 0.75 * Math.PI)
  context.stroke()
  return context
}

function slide(): Drawing['context'] {
  const context = canvas()
  context.fillStyle = '#fbfbfd'
  context.fillRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = '#16181d'
  context.font = '600 28px sans-serif'
  context.fillText('Load test, eight hours', 40, 64)
  context.font = '16px sans-serif'
  context.fillStyle = '#5a6172'
  context.fillText('Calls held, per hour. None was lost.', 40, 92)
  for (let bar = 0; bar < 8; bar++) {
    const height = 60 + ((bar * 37) % 120)
    context.fillStyle = bar === 5 ? '#00d4aa' : '#c9cfdb'
    context.fillRect(40 + bar * 70, 320 - height, 48, height)
  }
  return context
}

/** BT.601, limited range, as cameras give it. */
function toI420(context: Drawing['context']): Uint8Array {
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT)
  const luma = WIDTH * HEIGHT
  const planes = new Uint8Array(luma * 1.5)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const at = (y * WIDTH + x) * 4
      const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]]
      planes[y * WIDTH + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b
      if (x % 2 || y % 2) continue
      const chroma = (y / 2) * (WIDTH / 2) + x / 2
      planes[luma + chroma] = 128 - 0.148 * r - 0.291 * g + 0.439 * b
      planes[luma * 1.25 + chroma] = 128 + 0.439 * r - 0.368 * g - 0.071 * b
    }
  }
  return planes
}
