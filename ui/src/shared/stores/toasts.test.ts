import { afterEach, expect, test, vi } from 'vitest'
import { TOAST_MS, toasts } from './toasts.svelte'

vi.useFakeTimers()

afterEach(() => toasts.clear())

const texts = () => toasts.items.map((toast) => (toast.kind === 'told' ? toast.text : toast.code))

test('the same words stand once, for their whole time again', () => {
  toasts.tell('Copied')
  vi.advanceTimersByTime(TOAST_MS / 2)
  toasts.tell('Copied')
  expect(texts()).toEqual(['Copied'])
  vi.advanceTimersByTime(TOAST_MS - 1)
  expect(texts()).toEqual(['Copied'])
  vi.advanceTimersByTime(1)
  expect(texts()).toEqual([])
})

test('what can be taken back stands for itself, and the newest is taken back first', () => {
  const back: string[] = []
  for (const what of ['one', 'two']) toasts.tell('Message deleted', 'trash-2', () => back.push(what))
  toasts.tell('Message deleted')
  expect(texts()).toHaveLength(3)
  expect(toasts.undo()).toBe(true)
  expect(toasts.undo()).toBe(true)
  expect(back).toEqual(['two', 'one'])
  expect(toasts.undo()).toBe(false)
})
