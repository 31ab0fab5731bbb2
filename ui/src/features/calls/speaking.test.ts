import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SpeakingRings } from './speaking.svelte'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('stays on for 600 ms of silence and not longer', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true }])
  rings.update([{ identity: 'a', speaking: false }])
  vi.advanceTimersByTime(590)
  expect(rings.shown.has('a')).toBe(true)
  vi.advanceTimersByTime(20)
  expect(rings.shown.has('a')).toBe(false)
})

it('does not go off between two words', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true }])
  rings.update([{ identity: 'a', speaking: false }])
  vi.advanceTimersByTime(400)
  rings.update([{ identity: 'a', speaking: true }])
  vi.advanceTimersByTime(1000)
  expect(rings.shown.has('a')).toBe(true)
})

it('forgets who left', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true }])
  rings.update([])
  expect(rings.shown.size).toBe(0)
})
