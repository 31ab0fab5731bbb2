import { expect, it } from 'vitest'
import { partsOf, percentOf } from './steps'

it('goes through the parts in order', () => {
  const states = (step: Parameters<typeof partsOf>[0]) => partsOf(step).map(({ state }) => state)
  expect(states('finding-server')).toEqual(['now', 'later', 'later'])
  expect(states('opening-store')).toEqual(['done', 'now', 'later'])
  expect(states('setting-up-encryption')).toEqual(['done', 'done', 'now'])
  expect(states('done')).toEqual(['done', 'done', 'done'])
})

it('ends at 100', () => {
  expect(percentOf('done')).toBe(100)
  expect(percentOf('finding-server')).toBeGreaterThan(0)
})
