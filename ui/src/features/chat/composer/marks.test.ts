import { expect, it } from 'vitest'
import { mark } from './marks'

it('puts marks around what is selected and takes them away again', () => {
  const bold = mark('a word here', 2, 6, 'bold')
  expect(bold).toEqual({ text: 'a **word** here', from: 4, to: 8 })
  expect(mark(bold.text, bold.from, bold.to, 'bold')).toEqual({ text: 'a word here', from: 2, to: 6 })
  expect(mark('', 0, 0, 'italic')).toEqual({ text: '__', from: 1, to: 1 })
})

it('fences code of several lines', () => {
  expect(mark('see a\nb', 4, 7, 'code').text).toBe('see \n```\na\nb\n```')
  expect(mark('x', 0, 1, 'code').text).toBe('`x`')
})

it('marks whole lines', () => {
  expect(mark('one\ntwo', 1, 5, 'quote').text).toBe('> one\n> two')
  expect(mark('- a\n- b', 0, 7, 'bullets').text).toBe('a\nb')
})

it('puts the caret where the address or the words go', () => {
  expect(mark('here', 0, 4, 'link')).toEqual({ text: '[here](https://)', from: 15, to: 15 })
  expect(mark('', 0, 0, 'link')).toEqual({ text: '[](https://)', from: 1, to: 1 })
})
