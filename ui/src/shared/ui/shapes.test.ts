import { expect, it } from 'vitest'
import { icons } from './icons'
import { drawingOf, readShapes } from './shapes'

it('reads every icon in use', () => {
  for (const name of Object.keys(icons)) expect(drawingOf(name).childNodes.length, name).toBeGreaterThan(0)
})

it('keeps the attributes of each shape', () => {
  expect(readShapes('<svg width="24">\n <path d="M1 1" />\n <circle cx="9" cy="7" r="4" />\n</svg>')).toEqual([
    { tag: 'path', attributes: { d: 'M1 1' } },
    { tag: 'circle', attributes: { cx: '9', cy: '7', r: '4' } },
  ])
})

it('draws nothing for a name it does not know', () => {
  expect(drawingOf('no-such-icon').childNodes).toHaveLength(0)
})

it('draws each use of an icon anew, as a picture', () => {
  const [first, second] = [drawingOf('check'), drawingOf('check')]
  expect(first).not.toBe(second)
  expect(first.firstChild?.isEqualNode(second.firstChild)).toBe(true)
  expect((first.firstChild as Element).namespaceURI).toBe('http://www.w3.org/2000/svg')
})

it('has every icon that the program names', () => {
  const sources = import.meta.glob<string>('../../**/*.svelte', { query: '?raw', import: 'default', eager: true })
  const named = Object.values(sources).flatMap((source) => [...source.matchAll(/<Icon name="([\w-]+)"/g)].map((match) => match[1] ?? ''))
  expect(named.filter((name) => !(name in icons))).toEqual([])
})
