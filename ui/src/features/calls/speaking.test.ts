import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SpeakingRings } from './speaking.svelte'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('stays on for 600 ms of silence and not longer', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true, muted: false }])
  rings.update([{ identity: 'a', speaking: false, muted: false }])
  vi.advanceTimersByTime(590)
  expect(rings.shown.has('a')).toBe(true)
  vi.advanceTimersByTime(20)
  expect(rings.shown.has('a')).toBe(false)
})

it('does not go off between two words', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true, muted: false }])
  rings.update([{ identity: 'a', speaking: false, muted: false }])
  vi.advanceTimersByTime(400)
  rings.update([{ identity: 'a', speaking: true, muted: false }])
  vi.advanceTimersByTime(1000)
  expect(rings.shown.has('a')).toBe(true)
})

it('goes off at once for who mutes', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true, muted: false }])
  rings.update([{ identity: 'a', speaking: false, muted: true }])
  expect(rings.shown.size).toBe(0)
  rings.update([{ identity: 'a', speaking: true, muted: true }])
  expect(rings.shown.size).toBe(0)
})

it('forgets who left', () => {
  const rings = new SpeakingRings()
  rings.update([{ identity: 'a', speaking: true, muted: false }])
  rings.update([])
  expect(rings.shown.size).toBe(0)
})
