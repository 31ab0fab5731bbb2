import { afterEach, beforeEach, expect, it } from 'vitest'
import { watchFaults } from './faults'

let told: string[] = []
let stop = () => {}

beforeEach(() => {
  told = []
  stop = watchFaults(window, (fault) => told.push(fault))
})
afterEach(() => stop())

function fail(message: string, error?: unknown): void {
  window.dispatchEvent(Object.assign(new Event('error'), { message, error }))
}

it('tells what was thrown and what was refused, with its place', () => {
  fail('Uncaught', new TypeError('no anchor'))
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: 'gone' }))
  expect(told).toHaveLength(2)
  expect(told[0]).toMatch(/^TypeError: no anchor\n.*faults\.test/s)
  expect(told[1]).toBe('gone')
})

it('leaves out what is none, and ends where one comes with every frame', () => {
  fail('ResizeObserver loop completed with undelivered notifications.')
  expect(told).toEqual([])
  for (let frame = 0; frame < 100; frame++) fail('again')
  expect(told).toHaveLength(20)
})
