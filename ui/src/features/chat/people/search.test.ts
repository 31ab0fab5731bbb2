import { beforeEach, expect, it, vi } from 'vitest'
import type { PersonView } from '$shared/ipc'

const person = (id: string, me = false): PersonView => ({ id, name: id, email: `${id}@x`, role: 'member', title: null, team: null, matrixId: `@${id}:x`, avatar: null, presence: 'unknown', inCall: false, verified: false, me })
const everybody = [person('ada', true), person('ben'), person('chloe'), person('daniel')]

vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    people: (_query: string, updates: { onmessage: (diffs: unknown) => void }) => {
      updates.onmessage([{ op: 'reset', items: everybody }])
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    unsubscribe: () => undefined,
  },
}))

const { PeopleSearch } = await import('./search.svelte')

let there: Set<string>
beforeEach(() => (there = new Set(['@chloe:x'])))

const ids = (people: readonly PersonView[]) => people.map((each) => each.id)

it('offers neither oneself nor who is there already', async () => {
  const search = new PeopleSearch(() => there)
  await search.search('')
  expect(ids(search.found)).toEqual(['ben', 'daniel'])
})

it('shows whom one chose first, and offers them no more', async () => {
  const search = new PeopleSearch()
  await search.search('')
  search.toggle(everybody[3] as PersonView)
  expect(ids(search.rows)).toEqual(['daniel', 'ben', 'chloe'])
  search.toggle(everybody[3] as PersonView)
  expect(ids(search.rows)).toEqual(['ben', 'chloe', 'daniel'])
})
