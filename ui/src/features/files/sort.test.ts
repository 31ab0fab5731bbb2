import { expect, it } from 'vitest'
import type { FolderItem } from '$shared/ipc'
import { sortBy, sorted } from './sort'

const folder = (name: string): FolderItem => ({ kind: 'folder', path: name, name, count: 1 })
const file = (name: string, size: number, changed: number): FolderItem => ({ kind: 'file', id: name, drive: 'd', folder: '', name, mime: 'text/plain', size, changed, writable: true, hasPreview: false })
const items = [file('b10', 1, 3), folder('z'), file('b9', 5, 1), folder('a')]
const names = (by: Parameters<typeof sorted>[1]) => sorted(items, by, 'en').map((item) => item.name)

it('keeps folders first and counts in names', () => {
  expect(names({ by: 'name', down: false })).toEqual(['a', 'z', 'b9', 'b10'])
  expect(names({ by: 'name', down: true })).toEqual(['z', 'a', 'b10', 'b9'])
})

it('sorts files by size and date', () => {
  expect(names({ by: 'size', down: true })).toEqual(['z', 'a', 'b9', 'b10'])
  expect(names({ by: 'changed', down: true })).toEqual(['z', 'a', 'b10', 'b9'])
})

it('turns round when asked again', () => {
  const first = sortBy('size', { by: 'name', down: false })
  expect(first).toEqual({ by: 'size', down: true })
  expect(sortBy('size', first).down).toBe(false)
})
