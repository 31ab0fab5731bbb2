import { describe, expect, it } from 'vitest'
import { focusLayout, gridLayout, pageCount, pageOf, rowSizes } from './layout'

describe('rowSizes', () => {
  it('puts two over three for five', () => {
    expect(rowSizes(5, 2)).toEqual([2, 3])
    expect(rowSizes(7, 3)).toEqual([2, 2, 3])
    expect(rowSizes(9, 3)).toEqual([3, 3, 3])
  })
})

describe('gridLayout', () => {
  const stages = [[1040, 780], [2200, 1200], [600, 900], [320, 180]] as const

  it('keeps every tile inside, apart and between 1:1 and 16:9', () => {
    for (const [width, height] of stages) {
      for (let count = 1; count <= 9; count++) {
        const rects = gridLayout(count, width, height)
        expect(rects).toHaveLength(count)
        for (const rect of rects) {
          expect(rect.x).toBeGreaterThanOrEqual(-0.01)
          expect(rect.y).toBeGreaterThanOrEqual(-0.01)
          expect(rect.x + rect.width).toBeLessThanOrEqual(width + 0.01)
          expect(rect.y + rect.height).toBeLessThanOrEqual(height + 0.01)
          const shape = rect.width / rect.height
          expect(shape).toBeGreaterThanOrEqual(0.999)
          expect(shape).toBeLessThanOrEqual(16 / 9 + 0.001)
        }
        rects.forEach((a, i) => rects.slice(i + 1).forEach((b) => {
          const apart = a.x + a.width <= b.x + 0.01 || b.x + b.width <= a.x + 0.01 || a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01
          expect(apart).toBe(true)
        }))
      }
    }
  })

  it('fills the stage of the drawing with two over three', () => {
    const rects = gridLayout(5, 1040, 780)
    expect(new Set(rects.map((rect) => Math.round(rect.y))).size).toBe(2)
    expect(rects[0]?.width).toBeCloseTo(516)
    expect(rects[4]?.width).toBeCloseTo(341.3, 0)
    expect((rects[4]?.y ?? 0) + (rects[4]?.height ?? 0)).toBeCloseTo(780)
  })

  it('gives nothing for no tiles or no room', () => {
    expect(gridLayout(0, 100, 100)).toEqual([])
    expect(gridLayout(3, 0, 100)).toEqual([])
  })
})

describe('pages', () => {
  it('turns from ten on', () => {
    const tiles = Array.from({ length: 11 }, (_, i) => i)
    expect(pageCount(9)).toBe(1)
    expect(pageCount(11)).toBe(2)
    expect(pageOf(tiles, 1)).toEqual([9, 10])
  })
})

describe('focusLayout', () => {
  it('leaves the big place everything but the strip', () => {
    const { big, strip } = focusLayout(5, 1040, 780)
    expect(big.height + 8 + (strip[0]?.height ?? 0)).toBe(780)
    expect(strip).toHaveLength(5)
    expect(Math.max(...strip.map((rect) => rect.x + rect.width))).toBeLessThanOrEqual(1040)
  })
  it('has no strip where nobody else is', () => {
    expect(focusLayout(0, 500, 400).strip).toEqual([])
  })
})
