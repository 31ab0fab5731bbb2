import { beforeEach, expect, it, vi } from 'vitest'
import type { PersonView } from '$shared/ipc'

const person = (id: string, me = false): PersonView => ({ id, name: id, email: `${id}@x`, role: 'member', title: null, team: null, matrixId: `@${id}:x`, avatar: null, presence: 'unknown', inCall: false, verified: false, me })
const everybody = [person('ada', true), person('ben'), person('chloe'), person('daniel')]

const later: (() => void)[] = []

vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    people: (query: string, updates: { onmessage: (diffs: unknown) => void }) => {
      const answer = () => updates.onmessage([{ op: 'reset', items: everybody.filter((each) => each.id.startsWith(query)) }])
      if (query === '') answer()
      else later.push(answer)
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

it('waits for the answer to the last question', async () => {
  const search = new PeopleSearch()
  await search.search('')
  await search.search('b')
  const settled = search.settle().then((open) => [open, ...ids(search.rows)])
  await search.search('chl')
  later.at(-1)?.()
  expect(await settled).toEqual([true, 'chloe'])
  await search.search('d')
  search.close()
  expect(await search.settle()).toBe(false)
})
