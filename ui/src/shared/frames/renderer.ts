/** What draws tiles. Places are CSS pixels from the canvas' top left; the renderer turns them into device pixels. */
import type { Frame } from './header'

export type Rect = { x: number; y: number; width: number; height: number }
export type Fit = 'cover' | 'contain'
export type Place = Rect & { id: number; fit: Fit; radius: number; mirror: boolean }

export interface Renderer {
  readonly kind: 'webgl2' | '2d'
  /** Sizes the canvas and says where each tile stands. Tiles that are not listed are forgotten. */
  arrange(places: readonly Place[], width: number, height: number, ratio: number): void
  /** Takes the newest picture of a tile. The planes may be used until the next `paint`. */
  take(frame: Frame): void
  /** Draws what changed; gives the tiles that were drawn. */
  paint(): Painted[]
  dispose(): void
}

export type Painted = { tile: number; seq: number }

/** The part of a source that is seen so that `cover` fills and `contain` shows the whole; 0..1 of the target or source. */
export function fitScale(fit: Fit, source: number, target: number): { x: number; y: number } {
  const wide = source > target
  if (fit === 'cover') return wide ? { x: target / source, y: 1 } : { x: 1, y: source / target }
  return wide ? { x: 1, y: target / source } : { x: source / target, y: 1 }
}
