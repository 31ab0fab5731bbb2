import { beforeEach, expect, it, vi } from 'vitest'

type Answer = { status: 'ok' } | { status: 'error'; error: { code: string; message: string } }
const sent: unknown[] = []
let refuse: string | null = null

function answer(what: unknown): Promise<Answer> {
  if (refuse !== null) return Promise.resolve({ status: 'error', error: { code: refuse, message: '' } })
  sent.push(what)
  return Promise.resolve({ status: 'ok' })
}

vi.mock('$shared/ipc', () => ({
  commands: {
    setDraft: () => Promise.resolve(),
    typing: () => Promise.resolve(),
    sendFile: (_room: string, path: string, caption: string | null) => answer([path, caption]),
    linkUpload: (_room: string, path: string) => answer(['link', path]),
  },
  sendPasted: (about: { name: string; caption: string | null }, bytes: Uint8Array) => answer([about.name, about.caption, bytes.length]),
}))

const { Composer } = await import('./composer.svelte')

const picture = () => new File([new Uint8Array(3)], 'image.png', { type: 'image/png' })

beforeEach(() => {
  sent.splice(0)
  refuse = null
})

it('sends what was pasted under a name that says something, with the text', async () => {
  const composer = new Composer('!a:x', null)
  composer.paste([picture(), new File(['x'], 'notes.txt', { type: 'text/plain' })], 'Pasted picture')
  expect(composer.ready).toBe(true)
  composer.write('look')
  expect(await composer.send()).toBe(true)
  expect(sent).toEqual([
    ['Pasted picture.png', 'look', 3],
    ['notes.txt', null, 1],
  ])
  expect(composer.pasted).toEqual([])
})

it('keeps what was not sent', async () => {
  const composer = new Composer('!b:x', null)
  composer.paste([picture()], 'P')
  refuse = 'too-large'
  expect(await composer.send()).toBe(false)
  expect(composer.pasted).toHaveLength(1)
  expect(composer.error).toBe('too-large')
})

it('takes nothing that is too large to be pasted', () => {
  const composer = new Composer('!c:x', null)
  const huge = picture()
  Object.defineProperty(huge, 'size', { value: 65 * 1024 * 1024 })
  composer.paste([huge], 'P')
  expect(composer.pasted).toEqual([])
  expect(composer.error).toBe('too-large')
})

it('links a file that chat does not take', async () => {
  const composer = new Composer('!d:x', null)
  composer.attach(['/big.mp4'])
  refuse = 'too-large'
  await composer.send()
  expect(composer.files).toEqual(['/big.mp4'])
  refuse = null
  await composer.linkInstead()
  expect(sent).toEqual([['link', '/big.mp4']])
  expect(composer.files).toEqual([])
  expect(composer.error).toBeNull()
})
