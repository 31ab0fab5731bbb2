import { expect, it, vi } from 'vitest'

type Answer = { status: 'ok'; data: number } | { status: 'error'; error: { code: string; message: string } }
const questions: ((answer: Answer) => void)[] = []
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: { unsubscribe: () => undefined, rooms: () => new Promise<Answer>((answer) => questions.push(answer)) },
}))

const { rooms } = await import('./rooms.svelte')
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
