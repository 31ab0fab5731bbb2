import { expect, it } from 'vitest'
import { icons } from './icons'
import { readShapes, shapesOf } from './shapes'

it('reads every icon in use', () => {
  for (const name of Object.keys(icons)) expect(shapesOf(name), name).not.toEqual([])
})

it('keeps the attributes of each shape', () => {
  expect(readShapes('<svg width="24">\n <path d="M1 1" />\n <circle cx="9" cy="7" r="4" />\n</svg>')).toEqual([
    { tag: 'path', attributes: { d: 'M1 1' } },
    { tag: 'circle', attributes: { cx: '9', cy: '7', r: '4' } },
  ])
})

it('draws nothing for a name it does not know', () => {
  expect(shapesOf('no-such-icon')).toEqual([])
})

it('has every icon that the program names', () => {
  const sources = import.meta.glob<string>('../../**/*.svelte', { query: '?raw', import: 'default', eager: true })
  const named = Object.values(sources).flatMap((source) => [...source.matchAll(/<Icon name="([\w-]+)"/g)].map((match) => match[1] ?? ''))
  expect(named.filter((name) => !(name in icons))).toEqual([])
})
