/** Who can be called: rooms one is in, then colleagues without a conversation yet. */
import type { PersonView, RoomSummary } from '$shared/ipc'

export type Face = { key: string; name: string; room: RoomSummary | null; person: PersonView | null }

export function facesOf(rooms: readonly RoomSummary[], people: readonly PersonView[], query: string, most: number): Face[] {
  const wanted = query.trim().toLowerCase()
  const joined = rooms.filter((room) => room.membership === 'joined')
  const known = new Set(joined.map((room) => room.directUser))
  const byId = new Map(people.map((person) => [person.matrixId, person]))
  const faces: Face[] = [
    ...joined.map((room) => ({ key: room.id, name: room.name, room, person: (room.directUser === null ? null : byId.get(room.directUser)) ?? null })),
    ...people.filter((person) => !person.me && !known.has(person.matrixId)).map((person) => ({ key: person.matrixId, name: person.name, room: null, person })),
  ]
  return faces
    .filter((face) => face.name.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.room?.favourite ?? false) - Number(a.room?.favourite ?? false))
    .slice(0, most)
}
