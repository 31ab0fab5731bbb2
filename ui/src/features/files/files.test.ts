import { expect, it, vi } from 'vitest'
import type { Drive, ListDiff, Upload } from '$shared/ipc'

type Updates = { onmessage: (message: unknown) => void }

let tell: (drives: Drive[]) => void = () => undefined
let tellUploads: (diffs: ListDiff<Upload>[]) => void = () => undefined
let answer: (used: number) => void = () => undefined
let away = false
const opened: string[] = []
const ended: number[] = []
let id = 0
const subscribe = (): Promise<unknown> => Promise.resolve({ status: 'ok', data: ++id })
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    drives: (updates: Updates) => {
      tell = updates.onmessage
      return away ? Promise.resolve({ status: 'error', error: { code: 'offline', message: '' } }) : subscribe()
    },
    uploads: (updates: Updates) => {
      tellUploads = updates.onmessage
      return subscribe()
    },
    openFolder: (drive: string, path: string) => {
      opened.push(`${drive}:${path}`)
      return subscribe()
    },
    storageUse: () => new Promise((done) => (answer = (used) => done({ status: 'ok', data: { used, quota: 100 } }))),
    unsubscribe: (each: number) => ended.push(each),
  },
}))

const { files } = await import('./files.svelte')
const { me } = await import('$shared/stores/me.svelte')

const drive = (used: number): Drive => ({ id: 'files', name: 'Files', used, maxFileSize: 1, readOnly: false })
const upload: Upload = { id: 'u', drive: 'files', folder: '', name: 'a', size: 1, done: 0, state: { kind: 'running' }, fileId: null }

it('shows every upload once, also when it was opened again after it failed', async () => {
  away = true
  await files.open()
  const before = tellUploads
  expect(files.state).toBe('failed')
  away = false
  await files.open()
  for (const told of [before, tellUploads]) told([{ op: 'push-back', item: upload }])
  expect(files.uploads).toEqual([upload])
  files.close()
})

it('opens the first drive once, and where somebody was the next time', async () => {
  opened.length = 0
  await files.open()
  tell([drive(1)])
  tell([drive(2)])
  await files.go('files', 'Clinic')
  files.close()
  await files.open()
  tell([drive(2)])
  expect(opened).toEqual(['files:', 'files:Clinic', 'files:Clinic'])
  files.close()
  await vi.waitFor(() => {
    expect(ended.toSorted((a, b) => a - b)).toEqual(Array.from({ length: id }, (_, i) => i + 1))
  })
})

it('says how much is used whenever a drive changes, and never what it was before', async () => {
  await files.open()
  tell([drive(10)])
  const first = answer
  tell([drive(30)])
  answer(31)
  first(11)
  await vi.waitFor(() => {
    expect(files.use?.used).toBe(31)
  })
  tell([drive(5)])
  answer(6)
  await vi.waitFor(() => {
    expect(files.use?.used).toBe(6)
  })
  files.close()
})

it('opens where a link leads, also before Files was ever open, and nothing of who has signed out', async () => {
  me.current = { matrixId: '@ada:localhost' } as typeof me.current
  files.drive = 'files'
  files.path = 'Clinic'
  opened.length = 0
  await files.open()
  expect(opened).toEqual(['files:Clinic'])
  files.close()
  me.current = { matrixId: '@ben:other' } as typeof me.current
  await files.open()
  expect([opened.length, files.drive, files.use]).toEqual([1, null, null])
  files.close()
})
