/** Which renderer this machine draws faster with. Measured once, on pictures of the size of a tile. */
import { createCanvasRenderer } from './canvas_renderer'
import type { Frame } from './header'
import type { Renderer } from './renderer'
import { createWebglRenderer } from './webgl_renderer'

const WIDTH = 640
const HEIGHT = 360
const ROUNDS = 6
/** Below this a frame leaves room for the rest of the window, and WebGL scales better with more tiles. */
const GOOD_ENOUGH_MS = 8

let chosen: Renderer['kind'] | null = null

export function createRenderer(canvas: HTMLCanvasElement, prefer?: Renderer['kind']): Renderer | null {
  const kind = prefer ?? (chosen ??= choose())
  return kind === 'webgl2' ? createWebglRenderer(canvas) : createCanvasRenderer(canvas)
}

/** A lost context says more than any measurement. */
export function giveUpWebgl(): void {
  chosen = '2d'
}

function choose(): Renderer['kind'] {
  const webgl = measure(createWebglRenderer)
  if (webgl === null) return '2d'
  if (webgl <= GOOD_ENOUGH_MS) return 'webgl2'
  const plain = measure(createCanvasRenderer)
  return plain !== null && plain < webgl * 0.8 ? '2d' : 'webgl2'
}

/** Milliseconds per frame, the first one (which compiles and allocates) left out; null where it does not work. */
function measure(create: (canvas: HTMLCanvasElement) => Renderer | null): number | null {
  const canvas = document.createElement('canvas')
  const renderer = create(canvas)
  if (renderer === null) return null
  renderer.arrange([{ id: 0, x: 0, y: 0, width: WIDTH, height: HEIGHT, fit: 'cover', radius: 0, mirror: false }], WIDTH, HEIGHT, 1)
  let from = 0
  for (let round = 0; round < ROUNDS; round++) {
    renderer.take(grey(round))
    renderer.paint()
    finish(canvas)
    if (round === 0) from = performance.now()
  }
  const spent = (performance.now() - from) / (ROUNDS - 1)
  renderer.dispose()
  return spent
}

/** Reading a pixel is the only way to wait until drawing is done. */
function finish(canvas: HTMLCanvasElement): void {
  const gl = canvas.getContext('webgl2')
  if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
  else canvas.getContext('2d')?.getImageData(0, 0, 1, 1)
}

function grey(seq: number): Frame {
  const plane = (size: number) => new Uint8Array(size).fill(128)
  return { tile: 0, seq, captured: 0, width: WIDTH, height: HEIGHT, y: plane(WIDTH * HEIGHT), u: plane((WIDTH * HEIGHT) / 4), v: plane((WIDTH * HEIGHT) / 4) }
}
