import { expect, it } from 'vitest'
import { isEmojiOnly, linked, readPlain, withLinks, withMentions } from './plain'

it('finds addresses and leaves the sentence its points', () => {
  expect(linked('See https://example.org/a(b). Then go.')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'link', href: 'https://example.org/a(b)', children: [{ kind: 'text', text: 'https://example.org/a(b)' }] },
    { kind: 'text', text: '. Then go.' },
  ])
  expect(linked('(https://example.org)')[1]).toMatchObject({ href: 'https://example.org' })
  expect(linked('javascript:alert(1)')).toEqual([{ kind: 'text', text: 'javascript:alert(1)' }])
})

it('keeps line breaks', () => {
  expect(readPlain('a\nb').map((node) => node.kind)).toEqual(['text', 'break', 'text'])
})

it('marks names of people in the room, the longest first', () => {
  expect(withMentions([{ kind: 'text', text: 'Hi @Jonas Lind, not a@Jonas or @Jonasson' }], ['Jonas', 'Jonas Lind'])).toEqual([
    { kind: 'text', text: 'Hi ' },
    { kind: 'mention', id: null, text: '@Jonas Lind' },
    { kind: 'text', text: ', not a@Jonas or @Jonasson' },
  ])
  expect(withMentions([{ kind: 'text', text: '@a.b (x)' }], ['a.b (x'])).toHaveLength(2)
})

it('leaves code alone', () => {
  const code = [{ kind: 'element', tag: 'code', children: [{ kind: 'text', text: '@Kwame https://x.y' }] }] as const
  expect(withMentions(withLinks([...code].map((node) => ({ ...node, children: [...node.children] }))), ['Kwame'])).toEqual(code)
})

it('knows messages of emoji only', () => {
  expect(['👍', '👍🏽 🎉', '❤️', '👩‍⚕️', '🇳🇴'].map(isEmojiOnly)).toEqual([true, true, true, true, true])
  expect(['ok 👍', '12', '', '👍👍👍👍'].map(isEmojiOnly)).toEqual([false, false, false, false])
})
