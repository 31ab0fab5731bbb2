import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Drafts, SAVE_MS } from './drafts'

const saved: [string, string][] = []
let drafts: Drafts

beforeEach(() => {
  vi.useFakeTimers()
  saved.splice(0)
  drafts = new Drafts((roomId, text) => saved.push([roomId, text]))
})
afterEach(() => vi.useRealTimers())

it('saves once after the hand rests', () => {
  drafts.write('a', 'H')
  drafts.write('a', 'Hi')
  vi.advanceTimersByTime(SAVE_MS)
  expect(saved).toEqual([['a', 'Hi']])
})

it('reads what was written here before what the core kept', () => {
  expect(drafts.read('a', 'kept')).toBe('kept')
  drafts.write('a', 'mine')
  expect(drafts.read('a', 'kept')).toBe('mine')
  drafts.write('a', '')
  expect(drafts.read('a', 'kept')).toBe('')
})

it('saves at once when a room or the window is left', () => {
  drafts.write('a', '1')
  drafts.write('b', '2')
  drafts.flush('a')
  drafts.flush('a')
  drafts.flushAll()
  vi.runAllTimers()
  expect(saved).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})
