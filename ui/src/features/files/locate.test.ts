import { expect, it, vi } from 'vitest'

const folders: Record<string, unknown[]> = {
  '': [{ kind: 'folder', path: 'a' }, { kind: 'folder', path: 'b' }],
  a: [{ kind: 'folder', path: 'a/c' }],
  b: [{ kind: 'file', id: 'other' }],
  'a/c': [{ kind: 'file', id: 'wanted' }],
}
const ended: number[] = []
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    openFolder: (drive: string, path: string, updates: { onmessage: (message: unknown) => void }) => {
      if (drive === 'gone') return Promise.resolve({ status: 'error', error: { code: 'not-found', message: '' } })
      updates.onmessage([{ op: 'reset', items: folders[path] }])
      return Promise.resolve({ status: 'ok', data: path.length })
    },
    unsubscribe: (id: number) => ended.push(id),
  },
}))

const { locate } = await import('./locate')

it('looks through the folders and ends every subscription', async () => {
  expect(await locate('files', 'wanted')).toBe('a/c')
  expect(ended).toHaveLength(4)
})

it('finds nothing where there is nothing', async () => {
  expect(await locate('files', 'nowhere')).toBeNull()
  expect(await locate('gone', 'wanted')).toBeNull()
})
