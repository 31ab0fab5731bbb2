import { expect, it } from 'vitest'
import { lasting } from './clock.svelte'

it('says minutes, and hours from an hour on', () => {
  expect(lasting(0)).toBe('0:00')
  expect(lasting(24 * 60_000 + 8_900)).toBe('24:08')
  expect(lasting(3_728_000)).toBe('1:02:08')
  expect(lasting(-5)).toBe('0:00')
})
