import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BEHIND_MS, REST_MS, Typing } from './typing'

const told: boolean[] = []

beforeEach(() => {
  vi.useFakeTimers()
  told.splice(0)
})
afterEach(() => vi.useRealTimers())

it('repeats at most every four seconds and ends when the hand rests', () => {
  const typing = new Typing((active) => told.push(active))
  typing.wrote()
  vi.advanceTimersByTime(3000)
  typing.wrote()
  expect(told).toEqual([true])
  vi.advanceTimersByTime(2000)
  typing.wrote()
  expect(told).toEqual([true, true])
  vi.advanceTimersByTime(REST_MS)
  expect(told).toEqual([true, true, false])
  typing.stop()
  expect(told).toHaveLength(3)
})

it('tells the end behind what was sent, and not where somebody writes on', () => {
  const typing = new Typing((active) => told.push(active))
  typing.wrote()
  typing.sent()
  typing.stop()
  expect(told).toEqual([true])
  vi.advanceTimersByTime(BEHIND_MS)
  expect(told).toEqual([true, false])
  typing.wrote()
  typing.sent()
  typing.wrote()
  vi.advanceTimersByTime(BEHIND_MS)
  expect(told).toEqual([true, false, true, true])
})
