/** What was said in Release 2.4, with one of everything a timeline can show. */
import type { Body, Message, Reaction, Sender, TimelineItem } from '$shared/ipc'
import { ago, day } from '../clock'
import { matrixId, nameOf, people } from './people'

let next = 1

export const sender = (id: string): Sender => ({ id: matrixId(id), name: nameOf(id), avatar: null, verified: people.find((person) => person.id === id)?.verified ?? false })

export function message(by: string, time: number, body: Body, part: Partial<Message> = {}): TimelineItem {
  const id = `m${String(next++)}`
  return {
    kind: 'message',
    id,
    eventId: `$${id}`,
    sender: sender(by),
    own: by === 'ada',
    time,
    body,
    edited: false,
    editable: by === 'ada',
    replyTo: null,
    reactions: [],
    readBy: [],
    state: 'sent',
    failure: null,
    progress: null,
    ...part,
  }
}

export const says = (text: string, html: string | null = null, mentionsMe = false): Body => ({ kind: 'text', text, html, emote: false, mentionsMe })
const reaction = (key: string, senders: string[], mine = false): Reaction => ({ key, count: senders.length, mine, senders: senders.map(nameOf) })

export const timeline: TimelineItem[] = [
  { kind: 'start', id: 'start' },
  { kind: 'day-divider', id: 'd1', time: day(1, 9) },
  { kind: 'notice', id: 'n1', time: day(1, 9), sender: sender('ben'), what: { kind: 'created' } },
  { kind: 'notice', id: 'n2', time: day(1, 9), sender: sender('ben'), what: { kind: 'encrypted' } },
  { kind: 'notice', id: 'n3', time: day(1, 9, 4), sender: sender('grace'), what: { kind: 'joined', name: nameOf('grace') } },
  message('ben', day(1, 9, 10), says('Morning. We are two features away from a release candidate.')),
  message('ben', day(1, 9, 11), says('Uploads resume after sleep now, and calls keep going when the media host restarts.')),
  message('grace', day(1, 9, 20), { kind: 'image', name: 'Dawn.png', mime: 'image/png', width: 1600, height: 1000, size: 812_000, blurhash: null, caption: 'The new start picture' }, { reactions: [reaction('😍', ['ada', 'ben', 'fatima'], true), reaction('👏', ['daniel'])] }),
  message('ada', day(1, 9, 31), says('I like it. Slightly warmer in dark?'), { readBy: [sender('ben'), sender('grace')] }),
  { kind: 'day-divider', id: 'd2', time: ago(90) },
  message('daniel', ago(88), says('Here is how it went last night:\n```rust\nassert_eq!(report.lost, 0);\n```', '<p>Here is how it went last night:</p><pre><code class="language-rust">assert_eq!(report.lost, 0);\n</code></pre>')),
  message('daniel', ago(87), { kind: 'card', bucket: 'files', file: 'demo-load', name: 'Load test.csv', mime: 'text/csv', size: 48_211 }),
  message('ada', ago(80), says('Zero lost over eight hours is better than I hoped. Who restarts the gateway at midnight?'), { edited: true, replyTo: { eventId: '$m5', senderName: nameOf('daniel'), preview: { kind: 'card', name: 'Load test.csv' } }, readBy: [sender('ben'), sender('daniel'), sender('grace')] }),
  message('emeka', ago(71), { kind: 'undecryptable' }),
  message('grace', ago(64), { kind: 'redacted' }),
  message('fatima', ago(60), { kind: 'file', name: 'Waiting room screens, printed and signed by the whole board 2026-11-24.pdf', mime: 'application/pdf', size: 2_410_000 }),
  { kind: 'notice', id: 'n4', time: ago(40), sender: sender('ben'), what: { kind: 'call-started' } },
  { kind: 'read-marker', id: 'unread' },
  message('ben', ago(6), says('Release notes are in Files, please read them **before** the call.', '<p>Release notes are in Files, please read them <strong>before</strong> the call.</p>'), { reactions: [reaction('👍', ['grace', 'daniel'])] }),
  message('grace', ago(4), says('Done. One typo, fixed it.')),
  message('ben', ago(2), says('@Ada can you look at the load test before lunch?', '<p><a href="https://matrix.to/#/@ada:northlight.example">@Ada</a> can you look at the load test before lunch?</p>', true)),
]
