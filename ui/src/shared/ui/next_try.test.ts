import { expect, test } from 'vitest'
import { secondsUntil } from './next_try'

test('seconds are whole and never none', () => {
  expect(secondsUntil(10_000, 5_500)).toBe(5)
  expect(secondsUntil(10_000, 10_000)).toBe(1)
  expect(secondsUntil(10_000, 99_000)).toBe(1)
})
