import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LogFocus } from './log_focus.svelte'

let around: HTMLElement
let messages: LogFocus
let stop = () => {}

beforeEach(() => {
  around = document.createElement('div')
  around.innerHTML = `<button id="before"></button>
    <div id="log" tabindex="0"><p id="day"></p>${['a', 'b', 'c'].map((id) => `<article id="${id}" data-line="${id}" data-message="${id}" tabindex="-1"><a href="#" id="in-${id}">${id}</a></article>`).join('')}</div>
    <textarea id="after"></textarea>`
  document.body.append(around)
  messages = new LogFocus()
  stop = messages.follow(element('log'))
})
afterEach(() => {
  stop()
  around.remove()
})

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}
const at = () => document.activeElement?.id ?? ''
const key = (name: string, shiftKey = false) => window.dispatchEvent(new KeyboardEvent('keydown', { key: name, shiftKey }))
const press = () => window.dispatchEvent(new Event('pointerdown'))
const replace = (id: string) => element(id).replaceWith(Object.assign(document.createElement('div'), { id: `gone-${id}` }))

it('is entered at the newest message from either side', async () => {
  key('Tab')
  element('log').focus()
  expect(at()).toBe('c')
  element('after').focus()
  await vi.waitFor(() => expect(messages.inside).toBe(false))
  key('Tab', true)
  element('in-a').focus()
  expect([at(), messages.inside]).toEqual(['c', true])
})

it('does not lead away from where one goes inside', () => {
  key('Tab', true)
  element('c').focus()
  element('in-a').focus()
  expect(at()).toBe('in-a')
})

it('leaves the focus where a press puts it, whatever key was pressed before', () => {
  key('A', true)
  press()
  element('in-a').focus()
  expect(at()).toBe('in-a')
})

it('does not go to the newest because of a press between messages', () => {
  press()
  element('log').focus()
  expect(at()).toBe('log')
})

it('goes on after a message that is taken back, and before the last', () => {
  element('b').focus()
  const line = document.createElement('div')
  line.dataset['line'] = 'b'
  element('b').replaceWith(line)
  messages.settle()
  expect(at()).toBe('c')
  const last = document.createElement('div')
  last.dataset['line'] = 'c'
  element('c').replaceWith(last)
  messages.settle()
  expect(at()).toBe('a')
})

it('goes to the message when only something in it is gone', () => {
  element('in-a').focus()
  element('in-a').remove()
  messages.settle()
  expect(at()).toBe('a')
})

it('goes to the newest when nothing is left of a message', () => {
  element('a').focus()
  replace('a')
  messages.settle()
  expect(at()).toBe('c')
})

it('takes no focus from elsewhere', async () => {
  element('a').focus()
  element('after').focus()
  replace('a')
  messages.settle()
  expect(at()).toBe('after')
  await vi.waitFor(() => expect(messages.inside).toBe(false))
  element('after').blur()
  messages.settle()
  expect(at()).toBe('')
})
