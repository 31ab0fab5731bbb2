import { describe, expect, it } from 'vitest'
import { Selection } from './selection.svelte'

const order = ['a', 'b', 'c', 'd', 'e']
const plain = { ctrl: false, shift: false }

describe('Selection', () => {
  it('chooses alone, adds with Ctrl and spans with Shift', () => {
    const selection = new Selection()
    selection.pick('b', order, plain)
    selection.pick('d', order, { ctrl: false, shift: true })
    expect([...selection.ids]).toEqual(['b', 'c', 'd'])
    selection.pick('c', order, { ctrl: true, shift: false })
    expect([...selection.ids]).toEqual(['b', 'd'])
    selection.pick('e', order, plain)
    expect([...selection.ids]).toEqual(['e'])
  })

  it('walks with arrows and stops at the ends', () => {
    const selection = new Selection()
    expect(selection.move(1, order, plain)).toBe('a')
    expect(selection.move(-1, order, plain)).toBe('a')
    expect(selection.move(9, order, plain)).toBe('e')
    selection.move(-2, order, { ctrl: false, shift: true })
    expect([...selection.ids].sort()).toEqual(['c', 'd', 'e'])
  })

  it('moves only the focus with Ctrl', () => {
    const selection = new Selection()
    selection.pick('a', order, plain)
    selection.move(1, order, { ctrl: true, shift: false })
    expect(selection.focused).toBe('b')
    expect([...selection.ids]).toEqual(['a'])
  })

  it('forgets rows that are gone', () => {
    const selection = new Selection()
    selection.all(order)
    selection.keep(['a', 'e'])
    expect([...selection.ids]).toEqual(['a', 'e'])
  })
})

it('goes on with the next row where the one in focus is gone, else with the one before', () => {
  const selection = new Selection()
  selection.pick('c', order, plain)
  selection.keep(['a', 'e'], order)
  expect(selection.focused).toBe('e')
  selection.keep(['a'], ['a', 'e'])
  expect(selection.focused).toBe('a')
  selection.keep([], ['a'])
  expect(selection.focused).toBeNull()
  expect(selection.size).toBe(0)
})
