import { expect, it, vi } from 'vitest'

const unsubscribed: number[] = []
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    people: (query: string, updates: { onmessage: (message: unknown) => void }) => {
      if (query === 'offline') return Promise.resolve({ status: 'error', error: { code: 'offline', message: '' } })
      updates.onmessage([{ id: 'other', matrixId: '@other:localhost' }, { id: 'u1', matrixId: '@kwame:localhost' }])
      return Promise.resolve({ status: 'ok', data: 5 })
    },
    unsubscribe: (id: number) => unsubscribed.push(id),
  },
}))
vi.mock('$shared/stores/list_diff', () => ({ applyDiffs: (_: unknown, diffs: unknown) => diffs }))

const { matrixIdOf } = await import('./person')

it('finds the address and ends the subscription', async () => {
  expect(await matrixIdOf({ id: 'u1', title: 'Kwame' })).toBe('@kwame:localhost')
  expect(unsubscribed).toEqual([5])
})

it('gives nothing where the directory does not answer', async () => {
  expect(await matrixIdOf({ id: 'u1', title: 'offline' })).toBeNull()
})
