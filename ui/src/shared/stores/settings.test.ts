import { expect, it, vi } from 'vitest'

type Told = { theme: string; density: string; microphone: string | null; speaker: null; camera: null }
const first: Told = { theme: 'light', density: 'comfortable', microphone: null, speaker: null, camera: null }
const core = vi.hoisted(() => ({ tell: null as null | { onmessage: (settings: unknown) => void }, saves: [] as { settings: unknown; done: (answer: unknown) => void }[] }))

vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (value: unknown) => void = () => undefined
  },
  commands: {
    settings: (updates: { onmessage: (settings: unknown) => void }) => {
      core.tell = updates
      updates.onmessage(first)
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    saveSettings: (settings: unknown) => new Promise((done) => core.saves.push({ settings, done })),
  },
}))

const { settings } = await import('./settings.svelte')

it('saves one change after the other, and loses none to what the core tells of the one before', async () => {
  await settings.open()
  const dark = settings.change({ theme: 'dark' })
  const compact = settings.change({ density: 'compact' })
  await vi.waitFor(() => expect(core.saves).toHaveLength(1))
  core.tell?.onmessage({ ...first, theme: 'dark', microphone: 'desk' })
  expect(settings.current?.density).toBe('compact')
  core.saves[0]?.done({ status: 'ok', data: null })
  await dark
  await vi.waitFor(() => expect(core.saves).toHaveLength(2))
  expect(core.saves[1]?.settings).toMatchObject({ theme: 'dark', density: 'compact' })
  core.saves[1]?.done({ status: 'ok', data: null })
  await compact
  expect(settings.current).toMatchObject({ theme: 'dark', density: 'compact', microphone: 'desk' })
})
