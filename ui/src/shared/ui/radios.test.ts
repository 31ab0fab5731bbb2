import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { radios } from './radios'

let group: HTMLElement
let stop = () => {}

beforeEach(() => {
  group = document.createElement('div')
  group.innerHTML = ['a', 'b', 'c'].map((id) => `<button role="radio" id="${id}" aria-checked="${String(id === 'b')}"></button>`).join('')
  for (const button of group.children) {
    button.addEventListener('click', () => {
      for (const each of group.children) each.setAttribute('aria-checked', String(each === button))
    })
  }
  document.body.append(group)
  stop = radios(group)
})
afterEach(() => {
  stop()
  group.remove()
})

const checked = () => [...group.children].find((each) => each.getAttribute('aria-checked') === 'true')?.id
const stops = () => [...group.querySelectorAll<HTMLElement>('button')].filter(({ tabIndex }) => tabIndex === 0).map(({ id }) => id)

it('is one Tab stop, at what is chosen', () => {
  expect(stops()).toEqual(['b'])
})

it('chooses by arrows, round the ends', async () => {
  const press = (key: string) => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  group.querySelector<HTMLElement>('#b')?.focus()
  press('ArrowRight')
  expect([checked(), document.activeElement?.id]).toEqual(['c', 'c'])
  press('ArrowDown')
  expect(checked()).toBe('a')
  press('ArrowLeft')
  expect(checked()).toBe('c')
  await vi.waitFor(() => expect(stops()).toEqual(['c']))
})
