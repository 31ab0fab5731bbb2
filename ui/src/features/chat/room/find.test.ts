import { expect, it, vi } from 'vitest'
import { item } from '../timeline/items.testdata'

vi.mock('./view.svelte', () => ({}))
const { findIn } = await import('./find.svelte')

it('finds in texts and names, newest first', () => {
  const text = (id: string, words: string) => item(id, { body: { kind: 'text', text: words, html: null, emote: false, mentionsMe: false } })
  const items = [text('a', 'Señal verde'), item('b', { body: { kind: 'file', name: 'senal.pdf', mime: '', size: null } }), text('c', 'red')]
  expect(findIn(items, ' senal ')).toEqual(['b', 'a'])
  expect(findIn(items, ' ')).toEqual([])
})
