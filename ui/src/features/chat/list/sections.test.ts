import { expect, it } from 'vitest'
import type { RoomSummary } from '$shared/ipc'
import { fits, neighbour, sections } from './sections'

const room = (id: string, more: Partial<RoomSummary> = {}): RoomSummary => ({
  id,
  name: id,
  topic: null,
  kind: 'room',
  membership: 'joined',
  encrypted: true,
  directUser: null,
  inviter: null,
  avatar: null,
  memberCount: 2,
  unread: 0,
  mentions: 0,
  muted: false,
  favourite: false,
  lastMessage: null,
  inCall: [],
  draft: null,
  canInvite: false,
  ...more,
})
const all = [room('Release'), room('Jonas', { kind: 'direct', unread: 1 }), room('Board', { membership: 'invited' }), room('Clinic', { favourite: true, mentions: 1 })]

it('puts rooms under headings and keeps their order', () => {
  expect(sections(all, 'all', '', null).map((section) => [section.name, section.rooms.map((each) => each.id)])).toEqual([
    ['invitations', ['Board']],
    ['favourites', ['Clinic']],
    ['rooms', ['Release']],
    ['direct', ['Jonas']],
  ])
})

it('keeps the open room listed when it stops being unread', () => {
  expect(sections(all, 'direct', '', 'Release').map((section) => section.name)).toEqual(['invitations', 'direct'])
  expect(sections(all, 'unread', '', 'Release').flatMap((section) => section.rooms.map((each) => each.id))).toEqual(['Board', 'Clinic', 'Release', 'Jonas'])
})

it('finds without regard to case and accents', () => {
  expect(fits(room('Señal'), 'all', 'sen')).toBe(true)
  expect(fits(room('Señal'), 'direct', 'sen')).toBe(false)
  expect(sections(all, 'all', 'zz', 'Release')).toEqual([])
})

it('goes to the room before and after', () => {
  const listed = sections(all, 'all', '', null)
  expect(neighbour(listed, 'Clinic', 1, false)).toBe('Release')
  expect(neighbour(listed, 'Clinic', 1, true)).toBe('Jonas')
  expect(neighbour(listed, 'Board', -1, false)).toBeNull()
  expect(neighbour(listed, null, -1, false)).toBe('Jonas')
})
