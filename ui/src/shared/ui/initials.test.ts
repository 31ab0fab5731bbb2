import { expect, it } from 'vitest'
import { hueOf, initials } from './initials'

it('takes the first letters of the first and the last word', () => {
  expect(initials('Amara Okafor')).toBe('AO')
  expect(initials('Élodie van der Berg')).toBe('ÉB')
  expect(initials('kwame')).toBe('K')
  expect(initials('Design (internal)')).toBe('D')
  expect(initials('')).toBe('')
})

it('gives an id one of seven hues and keeps to it', () => {
  for (const id of ['', 'a', '@amara:example.org', '!room:example.org']) {
    expect(hueOf(id)).toBe(hueOf(id))
    expect([1, 2, 3, 4, 5, 6, 7]).toContain(hueOf(id))
  }
})
