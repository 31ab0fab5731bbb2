import { expect, it } from 'vitest'
import { cornerOf, moved } from './dock.svelte'

const room = { left: 0, right: 1000, top: 0, bottom: 600 }

it('goes to the corner it was let go near', () => {
  expect(cornerOf({ left: 40, right: 340, top: 20, bottom: 220 }, room)).toBe('top-left')
  expect(cornerOf({ left: 600, right: 900, top: 20, bottom: 220 }, room)).toBe('top-right')
  expect(cornerOf({ left: 40, right: 340, top: 390, bottom: 590 }, room)).toBe('bottom-left')
})

it('moves by arrows along one side at a time', () => {
  expect(moved('bottom-right', 'ArrowUp')).toBe('top-right')
  expect(moved('top-right', 'ArrowLeft')).toBe('top-left')
  expect(moved('top-left', 'Enter')).toBeNull()
})
