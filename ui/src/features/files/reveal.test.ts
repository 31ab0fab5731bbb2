import { beforeEach, expect, it, vi } from 'vitest'

type Updates = { onmessage: (message: unknown) => void }

const folders: Record<string, unknown[]> = { '': [{ kind: 'folder', path: 'a', name: 'a' }], a: [{ kind: 'file', id: 'wanted', name: 'wanted.txt' }], b: [] }
const told: string[] = []
vi.mock('$shared/stores/toasts.svelte', () => ({ toasts: { tell: (text: string) => told.push(text) } }))
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    drives: (updates: Updates) => {
      updates.onmessage([{ id: 'files', name: 'Files', used: 1, maxFileSize: 1, readOnly: false }])
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    uploads: () => Promise.resolve({ status: 'ok', data: 2 }),
    storageUse: () => Promise.resolve({ status: 'ok', data: { used: 1, quota: null } }),
    openFolder: (_: string, path: string, updates: Updates) => {
      setTimeout(() => updates.onmessage([{ op: 'reset', items: folders[path] }]))
      return Promise.resolve({ status: 'ok', data: 3 })
    },
    unsubscribe: () => Promise.resolve(null),
  },
}))

const { files } = await import('./files.svelte')
const { reveal } = await import('./reveal.svelte')
const { nav } = await import('$shared/nav.svelte')

beforeEach(() => {
  told.length = 0
  files.close()
  files.drive = null
  files.path = ''
})

it('leads to a file from another area', async () => {
  nav.go('chat')
  const revealed = reveal('files', 'wanted')
  await vi.waitFor(() => expect(nav.area).toBe('files'))
  // The area opens as it comes on screen.
  await files.open()
  await revealed
  expect([files.path, [...files.selection.ids], told]).toEqual(['a', ['wanted'], []])
})

it('leads to a file while Files is open somewhere else', async () => {
  nav.go('files')
  await files.open()
  await files.go('files', 'b')
  await vi.waitFor(() => expect(files.state).toBe('ready'))
  await reveal('files', 'wanted')
  expect([files.path, [...files.selection.ids], told]).toEqual(['a', ['wanted'], []])
})

it('says that a file is nowhere', async () => {
  nav.go('chat')
  await reveal('files', 'gone')
  expect([nav.area, told.length]).toEqual(['chat', 1])
})
