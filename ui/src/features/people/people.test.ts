import { beforeEach, expect, it, vi } from 'vitest'
import type { ListDiff, PersonView } from '$shared/ipc'

type Updates = { onmessage: (diffs: ListDiff<PersonView>[]) => void }

let told: Updates | null = null
let found: PersonView[] = []
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    people: (_: string, updates: Updates) => {
      told = updates
      updates.onmessage([{ op: 'reset', items: found }])
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    unsubscribe: () => Promise.resolve(null),
  },
}))

const { fits, people } = await import('./people.svelte')
const { me } = await import('$shared/stores/me.svelte')

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

const chloe: PersonView = { ...person, id: 'c', name: 'Chloe Martin', matrixId: '@c:localhost', team: 'Product' }

beforeEach(async () => {
  found = [person, chloe]
  await people.search('')
  people.narrow({ kind: 'everybody' })
  people.chosen = chloe.id
})

it('keeps a profile that is among those asked for', async () => {
  people.narrow({ kind: 'team', team: 'Product' })
  found = [chloe]
  await people.search('chl')
  expect(people.person?.name).toBe('Chloe Martin')
})

it('closes a profile that a choice or a search leaves out, and does not bring it back', async () => {
  people.narrow({ kind: 'team', team: 'Clinic' })
  people.narrow({ kind: 'everybody' })
  expect(people.person).toBeNull()
  people.chosen = chloe.id
  found = [person]
  await people.search('kwa')
  found = [person, chloe]
  await people.search('')
  expect(people.person).toBeNull()
})

it('does not take a profile away because the person goes offline', () => {
  people.narrow({ kind: 'available' })
  told?.onmessage([{ op: 'reset', items: [person, { ...chloe, presence: 'offline' }] }])
  expect(people.shown).toEqual([person])
  expect(people.person?.presence).toBe('offline')
})

it('opens a profile by a link before anybody is known', async () => {
  people.choose('u')
  found = []
  await people.search('')
  told?.onmessage([{ op: 'reset', items: [person] }])
  expect(people.person?.name).toBe('Kwame Mensah')
})

it('leaves a chosen team to be left where a search finds nobody of it', async () => {
  people.narrow({ kind: 'team', team: 'Product' })
  found = [person]
  await people.search('kwa')
  expect(people.teams).toEqual(['Clinic', 'Product'])
})

it('shows nothing of somebody who has signed out', async () => {
  me.current = { matrixId: '@ada:localhost' } as typeof me.current
  await people.open()
  me.current = { matrixId: '@ben:other' } as typeof me.current
  found = []
  void people.open()
  expect([people.items, people.person]).toEqual([[], null])
})
