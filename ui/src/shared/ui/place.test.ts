import { expect, it } from 'vitest'
import { atPoint, place } from './place'

const view = { width: 1000, height: 600 }
const size = { width: 200, height: 100 }

it('goes below its anchor, or above where below has no room', () => {
  expect(place({ left: 50, right: 90, top: 20, bottom: 40 }, size, view)).toEqual({ left: 50, top: 44 })
  expect(place({ left: 50, right: 90, top: 560, bottom: 590 }, size, view)).toEqual({ left: 50, top: 456 })
})

it('stays inside the window', () => {
  expect(place(atPoint(995, 300), size, view).left).toBe(792)
  expect(place({ left: 0, right: 20, top: 10, bottom: 30 }, size, view, 'end').left).toBe(8)
  expect(place({ left: 0, right: 20, top: 50, bottom: 560 }, size, view).top).toBe(492)
})
