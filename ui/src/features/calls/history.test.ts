import { expect, it } from 'vitest'
import { byDay } from './history'

it('groups by calendar days, not by 24 hours', () => {
  const at = new Date(2026, 10, 24, 1, 0).getTime()
  const entry = (id: string, started: Date) => ({ id, roomId: '!r', title: id, kind: 'incoming' as const, started: started.getTime(), seconds: 60 })
  const groups = byDay([entry('a', new Date(2026, 10, 24, 0, 5)), entry('b', new Date(2026, 10, 23, 23, 55)), entry('c', new Date(2026, 10, 22, 23, 0))], at)
  expect(groups.map((group) => [group.day, group.entries.map((each) => each.id)])).toEqual([['today', ['a']], ['yesterday', ['b']], ['earlier', ['c']]])
})
