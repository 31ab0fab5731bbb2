import { expect, it } from 'vitest'
import type { TimelineItem } from '$shared/ipc'
import { GROUP_MS, lines, reuse } from './grouping'
import { item } from './items.testdata'
import { NewLine } from './new_line'

const none = new Set<string>()
const firsts = (items: TimelineItem[], newBefore: string | null = null) => lines(items, newBefore, none).map((line) => (line.kind === 'message' ? `${line.id}${line.first ? ' first' : ''}${line.last ? ' last' : ''}` : line.kind))
const sender = { id: '@kwame:localhost', name: 'Kwame', avatar: null, verified: true }
const notice = (id: string, what: 'joined' | 'topic' | 'created'): TimelineItem => ({ kind: 'notice', id, time: 0, sender, what: what === 'topic' ? { kind: 'topic', text: 'x' } : what === 'created' ? { kind: 'created' } : { kind: 'joined', name: id } })

it('names a person once per group', () => {
  expect(firsts([item('a'), item('b', { time: 1000 }), item('c', { time: GROUP_MS + 2000 }), item('d', { own: true, time: GROUP_MS + 3000 })])).toEqual(['a first', 'b last', 'c first last', 'd first last'])
})

it('starts a group after a day, a notice, a reply and the new line', () => {
  const day: TimelineItem = { kind: 'day-divider', id: 'day', time: 0 }
  expect(firsts([item('a'), day, item('b')])).toEqual(['a first last', 'day', 'b first last'])
  expect(firsts([item('a'), item('b', { replyTo: { eventId: '$a', senderName: null, preview: null } })])).toEqual(['a first last', 'b first last'])
  expect(firsts([item('a'), item('b')], 'b')).toEqual(['a first last', 'new', 'b first last'])
})

it('keeps lines that did not change', () => {
  const [a, b] = [item('a'), item('b')]
  const before = lines([a, b], null, none)
  const after = reuse(before, lines([a, b, item('c')], null, none))
  expect(after[0]).toBe(before[0])
  // The group goes on, so that its last line is another one.
  expect(after[1]).not.toBe(before[1])
})

it('shows what is being deleted as deleted', () => {
  const shown = lines([item('a'), item('b'), item('c')], null, new Set(['b']))
  expect(shown.map((line) => line.kind === 'message' && [line.message.body.kind, line.first])).toEqual([
    ['text', true],
    ['redacted', true],
    ['text', true],
  ])
})

it('tells joins one after another in one line', () => {
  expect(lines([notice('x', 'joined'), notice('y', 'joined'), notice('z', 'topic')], null, none).map((line) => line.kind)).toEqual(['notices', 'notice'])
})

const marker: TimelineItem = { kind: 'read-marker', id: 'marker' }

it('keeps the new line where it was first seen, until the room is left', () => {
  const line = new NewLine()
  expect(line.follow([item('a'), marker, item('b')], false)).toBe('b')
  expect(line.follow([item('a'), item('b'), marker, item('c')], true)).toBe('b')
})

it('draws no new line for what is read as it comes', () => {
  const line = new NewLine()
  expect(line.follow([item('a')], false)).toBeNull()
  expect(line.follow([item('a'), marker, item('b')], false)).toBeNull()
  expect(line.follow([item('a'), marker, item('b')], true)).toBe('b')
  expect(new NewLine().follow([item('a'), marker, item('b', { own: true })], true)).toBeNull()
})

it('does not say that who made a room came in', () => {
  const all = lines([notice('made', 'created'), notice('maker', 'joined'), notice('guest', 'joined')], null, none)
  expect(all.map((line) => line.id)).toEqual(['made', 'guest'])
})
