import { expect, it, vi } from 'vitest'

type Answer = { status: 'ok'; data: number } | { status: 'error'; error: { code: string; message: string } }
const questions: ((answer: Answer) => void)[] = []
let tell: (diffs: unknown[]) => void = () => undefined
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: { unsubscribe: () => undefined, rooms: (channel: { onmessage: (diffs: unknown[]) => void }) => {
      tell = (diffs) => channel.onmessage(diffs)
      return new Promise<Answer>((answer) => questions.push(answer))
    },
  },
}))

const { rooms } = await import('./rooms.svelte')
const { directory } = await import('./directory.svelte')
const asked = (count: number) => vi.waitFor(() => expect(questions).toHaveLength(count))

it('asks again where the first question came before anybody was signed in', async () => {
  const early = rooms.open()
  await asked(1)
  const signedIn = rooms.open()
  questions[0]?.({ status: 'error', error: { code: 'signed-out', message: '' } })
  await asked(2)
  questions[1]?.({ status: 'ok', data: 1 })
  await Promise.all([early, signedIn])
  expect(rooms.subscription.error).toBeNull()
  await rooms.open()
  expect(questions).toHaveLength(2)
})

it('calls a conversation by whom it is with before the room says so', () => {
  const room = { id: '!a', name: '', directUser: '@ben' }
  tell([{ op: 'reset', items: [room, { ...room, id: '!b', directUser: null }, { ...room, id: '!c', name: 'Clinic' }] }])
  const names = () => rooms.items.map((each) => each.name)
  expect(names()).toEqual(['Nobody else here', 'Nobody else here', 'Clinic'])
  directory.people = [{ matrixId: '@ben', name: 'Ben Okafor' } as (typeof directory.people)[number]]
  expect(names()).toEqual(['Ben Okafor', 'Nobody else here', 'Clinic'])
})
