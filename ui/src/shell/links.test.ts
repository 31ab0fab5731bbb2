import { expect, it, vi } from 'vitest'

vi.mock('@tauri-apps/api/core', () => ({ Channel: vi.fn(), invoke: vi.fn() }))
const { readLink } = await import('./links')

it('reads rooms, people and files, whatever their ids hold', () => {
  expect(readLink('telestack://room/%21a%2Fb%3Alocalhost')).toEqual({ kind: 'room', id: '!a/b:localhost' })
  expect(readLink('telestack://person/ada')).toEqual({ kind: 'person', id: 'ada' })
  expect(readLink('telestack://file/files/plan')).toEqual({ kind: 'file', drive: 'files', id: 'plan' })
})

it('opens nothing for what it does not know', () => {
  for (const link of ['telestack://room/', 'telestack://room/a/b', 'telestack://file/files', 'telestack://file/a/b/c', 'telestack://join/7Kq2', 'telestack://person/%E0%A4%A', 'https://example.org/']) expect(readLink(link)).toBeNull()
})
