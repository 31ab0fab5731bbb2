import { describe, expect, it } from 'vitest'
import { toRgba } from './canvas_renderer'
import { fitScale } from './renderer'

describe('fitScale', () => {
  it('cuts the sides of a wide picture in a square place', () => {
    expect(fitScale('cover', 2, 1)).toEqual({ x: 0.5, y: 1 })
  })
  it('shows the whole of a wide picture in a square place', () => {
    expect(fitScale('contain', 2, 1)).toEqual({ x: 1, y: 0.5 })
  })
})

describe('toRgba', () => {
  const convert = (y: number, u: number, v: number) => {
    const out = new Uint8ClampedArray(4)
    toRgba({ tile: 0, seq: 0, captured: 0, width: 1, height: 1, y: Uint8Array.of(y), u: Uint8Array.of(u), v: Uint8Array.of(v) }, out)
    return [...out]
  }
  it('maps limited range to black, white and red', () => {
    expect(convert(16, 128, 128)).toEqual([0, 0, 0, 255])
    expect(convert(235, 128, 128).every((value) => value >= 254)).toBe(true)
    const [red = 0, green = 0, blue = 0] = convert(81, 90, 240)
    expect(red).toBeGreaterThan(250)
    expect(green).toBeLessThan(5)
    expect(blue).toBeLessThan(5)
  })
})
