import { expect, it } from 'vitest'
import { heldOrder } from './hold'

it('follows the core while nobody points at the list', () => {
  expect(heldOrder(['a', 'b'], ['b', 'a'], false)).toEqual(['b', 'a'])
})

it('keeps rows in place while held; new ones push nothing', () => {
  expect(heldOrder(['a', 'b', 'c'], ['new', 'c', 'a'], true)).toEqual(['a', 'c', 'new'])
  expect(heldOrder([], ['b', 'a'], true)).toEqual(['b', 'a'])
})
