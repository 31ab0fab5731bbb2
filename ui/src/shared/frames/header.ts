/** The binary frames of the loopback socket: a 32-byte little-endian header, then the three I420 planes. */

export const HEADER_BYTES = 32
/** "TSF1" read as a little-endian u32. */
export const MAGIC = 0x31465354
/** Larger frames are refused before anything is allocated for them. */
const MAX_SIDE = 4096

export type Frame = {
  tile: number
  /** Grows by one per frame of a tile; 53 bits are plenty. */
  seq: number
  /** Capture time in microseconds. */
  captured: number
  width: number
  height: number
  y: Uint8Array
  u: Uint8Array
  v: Uint8Array
}

export type FrameFault = 'too-short' | 'wrong-magic' | 'wrong-size' | 'wrong-length'

export type Parsed = { ok: true; frame: Frame } | { ok: false; fault: FrameFault; tile: number | null }

/** Planes are views into `data`, nothing is copied. The tile of a broken frame is given where it could be read. */
export function parseFrame(data: ArrayBuffer): Parsed {
  if (data.byteLength < HEADER_BYTES) return { ok: false, fault: 'too-short', tile: null }
  const view = new DataView(data)
  if (view.getUint32(0, true) !== MAGIC) return { ok: false, fault: 'wrong-magic', tile: null }
  const tile = view.getUint32(4, true)
  const width = view.getUint16(24, true)
  const height = view.getUint16(26, true)
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) return { ok: false, fault: 'wrong-size', tile }
  const luma = width * height
  const chroma = chromaSize(width) * chromaSize(height)
  if (data.byteLength !== HEADER_BYTES + luma + 2 * chroma) return { ok: false, fault: 'wrong-length', tile }
  return {
    ok: true,
    frame: {
      tile,
      seq: Number(view.getBigUint64(8, true)),
      captured: Number(view.getBigInt64(16, true)),
      width,
      height,
      y: new Uint8Array(data, HEADER_BYTES, luma),
      u: new Uint8Array(data, HEADER_BYTES + luma, chroma),
      v: new Uint8Array(data, HEADER_BYTES + luma + chroma, chroma),
    },
  }
}

/** I420 rounds the half resolution up. */
export function chromaSize(side: number): number {
  return (side + 1) >> 1
}
