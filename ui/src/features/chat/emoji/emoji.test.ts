import { expect, it } from 'vitest'
import { groups, search } from './emoji'
import { remember, START } from './recent'

it('lists every sign once', () => {
  const all = Object.values(groups).flatMap((group) => group.map((emoji) => emoji.sign))
  expect(new Set(all).size).toBe(all.length)
  expect(all.every((sign) => /^\p{Extended_Pictographic}|^\p{Emoji}/u.test(sign))).toBe(true)
})

it('finds by the beginnings of words in both languages', () => {
  expect(search('thumbs u').map((emoji) => emoji.sign)).toEqual(['👍'])
  expect(search('gluck').map((emoji) => emoji.sign)).toContain('🍀')
  expect(search('')).toEqual([])
})

it('remembers what was used last, first', () => {
  const once = remember(START, '🐢')
  expect(once[0]).toBe('🐢')
  expect(once).toHaveLength(START.length)
  expect(remember(once, '👍').slice(0, 2)).toEqual(['👍', '🐢'])
})
