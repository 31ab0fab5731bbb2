import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepFocus } from './keep_focus'

let pane: HTMLElement
let rest: HTMLElement
let elsewhere: HTMLElement
let stop = () => {}

beforeEach(() => {
  pane = document.createElement('main')
  pane.innerHTML = '<button id="bar"></button><div id="rest" tabindex="-1"></div>'
  elsewhere = document.createElement('button')
  document.body.append(pane, elsewhere)
  rest = pane.querySelector<HTMLElement>('#rest') ?? pane
  stop = keepFocus('.row')(rest)
})
afterEach(() => {
  stop()
  pane.remove()
  elsewhere.remove()
})

function add(id: string): HTMLElement {
  const row = Object.assign(document.createElement('button'), { id, className: 'row' })
  rest.append(row)
  return row
}
const at = () => document.activeElement?.id ?? ''
/** Long enough for who watches the pane. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 5))

it('goes on with a row when what had the focus is gone', async () => {
  const first = add('first')
  add('second')
  first.focus()
  first.remove()
  await vi.waitFor(() => expect(at()).toBe('second'))
})

it('waits where the rows will be, and goes to the first that comes', async () => {
  const only = add('only')
  only.focus()
  only.remove()
  await vi.waitFor(() => expect(at()).toBe('rest'))
  add('next')
  await vi.waitFor(() => expect(at()).toBe('next'))
})

it('takes nothing from another pane', async () => {
  const first = add('first')
  add('second')
  first.focus()
  elsewhere.focus()
  first.remove()
  await soon()
  expect(document.activeElement).toBe(elsewhere)
})

it('takes nothing when the focus was left for nothing', async () => {
  const first = add('first')
  first.focus()
  await soon()
  first.blur()
  await soon()
  add('second')
  await soon()
  expect(at()).toBe('')
})

it('goes on with a row that went while another window was in front', async () => {
  const first = add('first')
  add('second')
  first.focus()
  // The window is left, the row keeps the focus.
  first.dispatchEvent(new FocusEvent('focusout', { bubbles: true }))
  await soon()
  first.remove()
  await vi.waitFor(() => expect(at()).toBe('second'))
})

it('goes on with a row that says it is left before it is taken away', async () => {
  const first = add('first')
  add('second')
  first.focus()
  first.blur()
  first.remove()
  await vi.waitFor(() => expect(at()).toBe('second'))
})

it('leaves what rests alone, and ends with what it is attached to', async () => {
  rest.focus()
  add('first')
  await soon()
  expect(at()).toBe('rest')
  stop()
  const first = pane.querySelector<HTMLElement>('#first')
  first?.focus()
  first?.remove()
  add('second')
  await soon()
  expect(at()).toBe('')
})
