import { expect, test } from 'vitest'

import { applyDiffs, type ListDiff } from './list_diff'

const cases: [ListDiff<string>, string[]][] = [
  [{ op: 'reset', items: ['x'] }, ['x']],
  [{ op: 'append', items: ['x', 'y'] }, ['a', 'b', 'c', 'x', 'y']],
  [{ op: 'push-front', item: 'x' }, ['x', 'a', 'b', 'c']],
  [{ op: 'push-back', item: 'x' }, ['a', 'b', 'c', 'x']],
  [{ op: 'pop-front' }, ['b', 'c']],
  [{ op: 'pop-back' }, ['a', 'b']],
  [{ op: 'insert', index: 1, item: 'x' }, ['a', 'x', 'b', 'c']],
  [{ op: 'set', index: 1, item: 'x' }, ['a', 'x', 'c']],
  [{ op: 'remove', index: 1 }, ['a', 'c']],
  [{ op: 'truncate', length: 1 }, ['a']],
  [{ op: 'clear' }, []],
]

test.each(cases)('applies %o', (diff, expected) => {
  const items = ['a', 'b', 'c']
  expect(applyDiffs(items, [diff])).toEqual(expected)
  expect(items).toEqual(['a', 'b', 'c'])
})

test('applies a batch in order, each index valid when its turn comes', () => {
  expect(applyDiffs(['a'], [{ op: 'push-front', item: 'x' }, { op: 'remove', index: 1 }, { op: 'push-back', item: 'z' }])).toEqual(['x', 'z'])
})
