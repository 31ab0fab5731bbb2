/** The same picture without WebGL: I420 becomes RGBA here, the 2D canvas scales it. */
import { chromaSize, type Frame } from './header'
import { fitScale, type Painted, type Place, type Renderer } from './renderer'

type Tile = { place: Place; picture: HTMLCanvasElement; pixels: ImageData | null; seq: number; dirty: boolean }

export function createCanvasRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const context = canvas.getContext('2d')
  return context === null ? null : new CanvasRenderer(canvas, context)
}

class CanvasRenderer implements Renderer {
  readonly kind = '2d'
  readonly #tiles = new Map<number, Tile>()
  #ratio = 1
  #all = true

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
  ) {}

  arrange(places: readonly Place[], width: number, height: number, ratio: number): void {
    const w = Math.max(1, Math.round(width * ratio))
    const h = Math.max(1, Math.round(height * ratio))
    if (this.canvas.width !== w) this.canvas.width = w
    if (this.canvas.height !== h) this.canvas.height = h
    this.#ratio = ratio
    const listed = new Set(places.map((place) => place.id))
    for (const id of [...this.#tiles.keys()]) if (!listed.has(id)) this.#tiles.delete(id)
    for (const place of places) {
      const tile = this.#tiles.get(place.id)
      if (tile) tile.place = place
      else this.#tiles.set(place.id, { place, picture: document.createElement('canvas'), pixels: null, seq: -1, dirty: false })
    }
    this.#all = true
  }

  take(frame: Frame): void {
    const tile = this.#tiles.get(frame.tile)
    if (!tile) return
    if (tile.pixels?.width !== frame.width || tile.pixels.height !== frame.height) {
      tile.picture.width = frame.width
      tile.picture.height = frame.height
      tile.pixels = new ImageData(frame.width, frame.height)
    }
    toRgba(frame, tile.pixels.data)
    tile.picture.getContext('2d')?.putImageData(tile.pixels, 0, 0)
    tile.seq = frame.seq
    tile.dirty = true
  }

  paint(): Painted[] {
    if (this.#all) this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    const painted: Painted[] = []
    for (const [id, tile] of this.#tiles) {
      if (tile.pixels === null || !(tile.dirty || this.#all)) continue
      this.#draw(tile, tile.pixels.width, tile.pixels.height)
      if (tile.dirty) painted.push({ tile: id, seq: tile.seq })
      tile.dirty = false
    }
    this.#all = false
    return painted
  }

  #draw({ place, picture }: Tile, width: number, height: number): void {
    const { context } = this
    const [x, y, w, h] = [place.x, place.y, place.width, place.height].map((side) => Math.round(side * this.#ratio)) as [number, number, number, number]
    const scale = fitScale(place.fit, width / height, w / h)
    context.save()
    context.beginPath()
    context.roundRect(x, y, w, h, place.radius * this.#ratio)
    context.clip()
    context.fillStyle = '#000'
    context.fillRect(x, y, w, h)
    context.translate(x + w / 2, y + h / 2)
    if (place.mirror) context.scale(-1, 1)
    if (place.fit === 'contain') {
      context.drawImage(picture, (-w * scale.x) / 2, (-h * scale.y) / 2, w * scale.x, h * scale.y)
    } else {
      const sw = width * scale.x
      const sh = height * scale.y
      context.drawImage(picture, (width - sw) / 2, (height - sh) / 2, sw, sh, -w / 2, -h / 2, w, h)
    }
    context.restore()
  }

  dispose(): void {
    this.#tiles.clear()
  }
}

/** BT.601 limited range in 10-bit fixed point; the clamped array rounds off what is outside. */
export function toRgba({ width, height, y, u, v }: Frame, out: Uint8ClampedArray): void {
  const half = chromaSize(width)
  let at = 0
  let luma = 0
  for (let row = 0; row < height; row++) {
    const chromaRow = (row >> 1) * half
    for (let column = 0; column < width; column++) {
      const c = chromaRow + (column >> 1)
      const base = 1192 * ((y[luma++] ?? 16) - 16)
      const cb = (u[c] ?? 128) - 128
      const cr = (v[c] ?? 128) - 128
      out[at++] = (base + 1634 * cr) >> 10
      out[at++] = (base - 401 * cb - 832 * cr) >> 10
      out[at++] = (base + 2066 * cb) >> 10
      out[at++] = 255
    }
  }
}
