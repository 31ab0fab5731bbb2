import type { Connection } from '$shared/ipc'
import { expect, it, vi } from 'vitest'

let tell: (connection: Connection) => void = () => undefined
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    unsubscribe: () => undefined,
    connection: (channel: { onmessage: (connection: Connection) => void }) => {
      tell = (connection) => channel.onmessage(connection)
      return Promise.resolve({ status: 'ok', data: 1 })
    },
  },
}))

const { connection } = await import('./stores/connection.svelte')
const { Failure } = await import('./failure.svelte')

const away: Connection = { chat: 'offline', files: 'online', calls: 'offline', queuedMessages: 0, queuedUploads: 0, attempt: 1, nextTry: null }

it('stands for what failed, until it is forgotten or something is back', async () => {
  await connection.open()
  tell(away)
  const failure = new Failure()
  failure.note('one')
  expect(failure.stands('one')).toBe(true)
  expect(failure.stands('two')).toBe(false)
  failure.forget()
  expect(failure.stands('one')).toBe(false)

  failure.note('one')
  tell({ ...away, chat: 'connecting', attempt: 2 })
  expect(failure.stands('one')).toBe(true)
  tell({ ...away, chat: 'online', attempt: 0 })
  expect(failure.stands('one')).toBe(false)

  failure.note('one')
  tell({ ...away, chat: 'online', queuedMessages: 1 })
  expect(failure.stands('one')).toBe(true)
})
