import { expect, it, vi } from 'vitest'
import type { Drive } from '$shared/ipc'

type Updates = { onmessage: (message: unknown) => void }

let tell: (drives: Drive[]) => void = () => undefined
let answer: (used: number) => void = () => undefined
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: {
    drives: (updates: Updates) => {
      tell = updates.onmessage
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    uploads: () => Promise.resolve({ status: 'ok', data: 2 }),
    openFolder: () => Promise.resolve({ status: 'ok', data: 3 }),
    storageUse: () => new Promise((done) => (answer = (used) => done({ status: 'ok', data: { used, quota: 100 } }))),
    unsubscribe: () => Promise.resolve(null),
  },
}))

const { files } = await import('./files.svelte')

const drive = (used: number): Drive => ({ id: 'files', name: 'Files', used, maxFileSize: 1, readOnly: false })

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
