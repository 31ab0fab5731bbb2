import { expect, it, vi } from 'vitest'
import type { PersonView } from '$shared/ipc'

vi.mock('$shared/ipc', () => ({ Channel: vi.fn(), commands: {} }))
vi.mock('$shared/stores/list_diff', () => ({ applyDiffs: (items: unknown) => items }))

const { fits } = await import('./people.svelte')

const person: PersonView = { id: 'u', name: 'Kwame Mensah', email: 'k@example.org', role: 'clinician', title: 'Nurse', team: 'Clinic', matrixId: '@u:localhost', avatar: null, presence: 'online', inCall: false, verified: false, me: false }

it('counts nobody in a call as available', () => {
  expect(fits(person, { kind: 'available' })).toBe(true)
  expect(fits({ ...person, inCall: true }, { kind: 'available' })).toBe(false)
})

it('never asks to verify oneself', () => {
  expect(fits(person, { kind: 'unverified' })).toBe(true)
  expect(fits({ ...person, me: true }, { kind: 'unverified' })).toBe(false)
})

it('knows teams', () => {
  expect(fits(person, { kind: 'team', team: 'Clinic' })).toBe(true)
  expect(fits(person, { kind: 'team', team: 'Product' })).toBe(false)
})
