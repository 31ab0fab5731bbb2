/** Which rooms the list shows and under which heading. Pure. */
import type { RoomSummary } from '$shared/ipc'

export type Filter = 'all' | 'unread' | 'direct' | 'rooms'
export type SectionName = 'invitations' | 'favourites' | 'rooms' | 'direct'
export type Section = { name: SectionName; rooms: RoomSummary[] }

const ORDER: SectionName[] = ['invitations', 'favourites', 'rooms', 'direct']

function sectionOf(room: RoomSummary): SectionName {
  if (room.membership === 'invited') return 'invitations'
  if (room.favourite) return 'favourites'
  return room.kind === 'direct' ? 'direct' : 'rooms'
}

/** Invitations pass every filter but the search: they wait for an answer. */
export function fits(room: RoomSummary, filter: Filter, query: string): boolean {
  if (query !== '' && !fold(room.name).includes(fold(query))) return false
  if (room.membership === 'invited' || filter === 'all') return true
  if (filter === 'unread') return isUnread(room)
  return room.kind === (filter === 'direct' ? 'direct' : 'room')
}

function isUnread(room: RoomSummary): boolean {
  return room.unread > 0 || room.mentions > 0
}

/** Keeps the order it is given inside each section; `keep` stays listed while it is open, though reading it takes it from the unread. */
export function sections(rooms: readonly RoomSummary[], filter: Filter, query: string, keep: string | null): Section[] {
  const shown = rooms.filter((room) => fits(room, filter, query) || (filter === 'unread' && room.id === keep && query === ''))
  return ORDER.map((name) => ({ name, rooms: shown.filter((room) => sectionOf(room) === name) })).filter((section) => section.rooms.length > 0)
}

/** The room before or after, in the order of the list; the first or last where none is open. */
export function neighbour(listed: readonly Section[], open: string | null, step: 1 | -1, unreadOnly: boolean): string | null {
  const all = listed.flatMap((section) => section.rooms)
  const at = all.findIndex((room) => room.id === open)
  const order = step === 1 ? all.slice(at + 1) : all.slice(0, at === -1 ? all.length : at).reverse()
  return order.find((room) => !unreadOnly || isUnread(room) || room.membership === 'invited')?.id ?? null
}

function fold(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
