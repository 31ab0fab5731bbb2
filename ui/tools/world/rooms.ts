import type { Preview, RoomSummary } from '$shared/ipc'
import { ago, day } from '../clock'
import { matrixId, nameOf } from './people'

const said = (by: string, preview: Preview, time: number, state: 'sent' | 'queued' | 'failed' = 'sent') => ({ senderName: nameOf(by), own: by === 'ada', preview, time, state })
const text = (words: string): Preview => ({ kind: 'text', text: words })

function room(id: string, name: string, part: Partial<RoomSummary>): RoomSummary {
  return {
    id: `!${id}:northlight.example`,
    name,
    topic: null,
    kind: 'room',
    membership: 'joined',
    encrypted: true,
    directUser: null,
    inviter: null,
    avatar: null,
    memberCount: 12,
    unread: 0,
    mentions: 0,
    muted: false,
    favourite: false,
    lastMessage: null,
    inCall: [],
    draft: null,
    canInvite: true,
    ...part,
  }
}

const direct = (id: string, part: Partial<RoomSummary>) => room(id, nameOf(id), { kind: 'direct', directUser: matrixId(id), memberCount: 2, ...part })

export const rooms: RoomSummary[] = [
  room('release', 'Release 2.4', {
    topic: 'Everything up to the release on Friday',
    favourite: true,
    unread: 3,
    mentions: 1,
    lastMessage: said('ben', text('@Ada can you look at the load test before lunch?'), ago(2)),
    inCall: ['ben', 'daniel', 'grace'].map(matrixId),
  }),
  direct('chloe', { favourite: true, lastMessage: said('chloe', text('Thank you, that is all I needed.'), ago(26)) }),
  room('handover', 'Clinic handover', { topic: 'Shift change at 07:30 and 19:30', unread: 5, lastMessage: said('emeka', { kind: 'card', name: 'Rota November.csv' }, ago(48)) }),
  direct('ben', { unread: 2, lastMessage: said('ben', { kind: 'image' }, ago(63)) }),
  room('engineering', 'Engineering', { topic: 'Builds, reviews and what broke', lastMessage: said('ada', text('The nightly build is green again.'), ago(95)), draft: 'I would rather wait until' }),
  direct('grace', { lastMessage: said('ada', text('Looks right to me, ship it'), ago(130), 'queued') }),
  direct('fatima', { lastMessage: said('fatima', { kind: 'call' }, day(1, 16, 12)) }),
  room('incident', 'Incident 112, lab results delayed', { muted: true, unread: 18, lastMessage: said('daniel', text('Queue is draining, 40 minutes left'), day(1, 11)) }),
  room('design', 'Design review', { membership: 'invited', inviter: nameOf('grace'), memberCount: 5, lastMessage: null }),
  direct('daniel', { lastMessage: said('daniel', { kind: 'file', name: 'trace.json' }, day(3, 9)) }),
  room('kitchen', 'Kitchen', { lastMessage: said('joao', text('Whoever took the last oat milk, we know.'), day(5, 15)) }),
  direct('hiro', { lastMessage: said('hiro', { kind: 'undecryptable' }, day(15, 10)) }),
]

export const roomId = (id: string): string => `!${id}:northlight.example`

export const manyRooms = (): RoomSummary[] => [
  room('right', 'فريق العيادة', { topic: 'نوبات الصباح والمساء', lastMessage: said('fatima', text('هل وصلت نتائج المختبر؟'), ago(1)), unread: 4 }),
  room('long', 'Interdisciplinary working group on the accreditation of the cardiology outpatient department', { topic: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', mentions: 2, unread: 1204, muted: true, lastMessage: said('ben', text('Pneumonoultramicroscopicsilicovolcanoconiosis'), ago(3)) }),
  ...Array.from({ length: 998 }, (_, i) => room(`many${String(i)}`, `Ward ${String(i + 1)}`, { unread: i % 7 === 0 ? i : 0, lastMessage: said('grace', text(`Round ${String(i + 1)} is done.`), ago(5 + i * 9)) })),
]
