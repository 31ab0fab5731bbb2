import { expect, it } from 'vitest'
import { firstVisible, isAtBottom, newSince, wantsOlder, type Span } from './anchor'
import { item } from './items.testdata'

it('is at the bottom within one message', () => {
  const view = { height: 500, content: 2000 }
  expect(isAtBottom({ ...view, top: 1500 }, 60)).toBe(true)
  expect(isAtBottom({ ...view, top: 1440 }, 60)).toBe(true)
  expect(isAtBottom({ ...view, top: 1439 }, 60)).toBe(false)
  expect(isAtBottom({ ...view, top: 1460 }, 10)).toBe(true)
  expect(isAtBottom({ ...view, top: 1200 }, 900)).toBe(false)
})

it('asks for older ones before the top is reached', () => {
  expect(wantsOlder({ top: 700, height: 500, content: 9000 })).toBe(true)
  expect(wantsOlder({ top: 800, height: 500, content: 9000 })).toBe(false)
})

it('finds the first line in view and where it stands', () => {
  const spans: Span[] = [0, 1, 2, 3].map((i) => ({ id: String(i), top: i * 100, bottom: i * 100 + 90 }))
  const at = (top: number) => firstVisible(4, (i) => spans[i] ?? { id: '', top: 0, bottom: 0 }, top)
  expect(at(0)).toEqual({ id: '0', offset: 0 })
  expect(at(150)).toEqual({ id: '1', offset: -50 })
  expect(at(195)).toEqual({ id: '2', offset: 5 })
  expect(at(9999)?.id).toBe('3')
  expect(firstVisible(0, () => ({ id: '', top: 0, bottom: 0 }), 0)).toBeNull()
})

it('keeps the place of the first visible line when older ones come', () => {
  const before = firstVisible(3, (i) => ({ id: `m${String(i)}`, top: i * 50, bottom: i * 50 + 50 }), 60)
  // Ten lines of 50 came above: the same line now starts 500 lower.
  const moved = 50 + 500
  expect(before).toEqual({ id: 'm1', offset: -10 })
  expect(moved - (before?.offset ?? 0)).toBe(560)
})

it('counts messages of others since the last one seen', () => {
  const items = [item('a'), item('b'), item('c', { own: true }), item('d')]
  expect(newSince(items, 'a')).toBe(2)
  expect(newSince(items, 'd')).toBe(0)
  expect(newSince(items, 'gone')).toBe(0)
  expect(newSince(items, null)).toBe(0)
})
