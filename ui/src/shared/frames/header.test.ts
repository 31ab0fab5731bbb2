import { describe, expect, it } from 'vitest'
import { HEADER_BYTES, MAGIC, parseFrame } from './header'

function encode(width: number, height: number, bytes?: number): ArrayBuffer {
  const luma = width * height
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1)
  const data = new ArrayBuffer(bytes ?? HEADER_BYTES + luma + 2 * chroma)
  const view = new DataView(data)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, 7, true)
  view.setBigUint64(8, 42n, true)
  view.setBigInt64(16, 1_000_000n, true)
  view.setUint16(24, width, true)
  view.setUint16(26, height, true)
  return data
}

describe('parseFrame', () => {
  it('reads the header and cuts the planes', () => {
    const data = encode(4, 2)
    new Uint8Array(data).set([16, 16, 16, 16, 16, 16, 16, 16, 90, 91, 200, 201], HEADER_BYTES)
    const parsed = parseFrame(data)
    if (!parsed.ok) throw new Error(parsed.fault)
    expect(parsed.frame).toMatchObject({ tile: 7, seq: 42, captured: 1_000_000, width: 4, height: 2 })
    expect([...parsed.frame.u]).toEqual([90, 91])
    expect([...parsed.frame.v]).toEqual([200, 201])
  })

  it('rounds odd sizes up for the colour planes', () => {
    const parsed = parseFrame(encode(5, 3))
    if (!parsed.ok) throw new Error(parsed.fault)
    expect(parsed.frame.y.length).toBe(15)
    expect(parsed.frame.u.length).toBe(6)
  })

  it('refuses what is malformed', () => {
    expect(parseFrame(new ArrayBuffer(0))).toMatchObject({ ok: false, fault: 'too-short' })
    expect(parseFrame(new ArrayBuffer(HEADER_BYTES))).toMatchObject({ ok: false, fault: 'wrong-magic' })
    expect(parseFrame(encode(0, 4))).toMatchObject({ ok: false, fault: 'wrong-size', tile: 7 })
    expect(parseFrame(encode(65535, 65535, HEADER_BYTES))).toMatchObject({ ok: false, fault: 'wrong-size' })
    expect(parseFrame(encode(4, 4, HEADER_BYTES + 23))).toMatchObject({ ok: false, fault: 'wrong-length' })
    expect(parseFrame(encode(4, 4, HEADER_BYTES + 25))).toMatchObject({ ok: false, fault: 'wrong-length', tile: 7 })
  })
})
