import { expect, it } from 'vitest'
import type { Member, NoticeKind, TimelineItem } from '$shared/ipc'
import { byPower, isOnlyAdmin, newestAboutPeople } from './members'

const member = (name: string, power: Member['power'], invited = false): Member => ({ id: `@${name}:x`, name, avatar: null, power, verified: false, invited })
const all = [member('zoe', 'member'), member('ida', 'admin', true), member('max', 'moderator'), member('amy', 'member'), member('bo', 'admin')]

it('puts who may do most first and invited people last', () => {
  expect(byPower(all).map((each) => each.name)).toEqual(['bo', 'max', 'amy', 'zoe', 'ida'])
})

it('knows when a room would lose its only admin', () => {
  expect(isOnlyAdmin(all, '@bo:x')).toBe(true)
  expect(isOnlyAdmin(all, '@amy:x')).toBe(false)
  expect(isOnlyAdmin([...all, member('eve', 'admin')], '@bo:x')).toBe(false)
  expect(isOnlyAdmin([member('bo', 'admin')], '@bo:x')).toBe(false)
})

it('finds the newest line that says who came or went', () => {
  const sender = { id: '@bo:x', name: 'bo', avatar: null, verified: false }
  const notice = (id: string, what: NoticeKind): TimelineItem => ({ kind: 'notice', id, time: 0, sender, what })
  const items = [notice('a', { kind: 'joined', name: 'amy' }), notice('b', { kind: 'invited', id: '@max:x', name: 'max' }), notice('c', { kind: 'topic', text: 'x' })]
  expect(newestAboutPeople(items)).toBe('b')
  expect(newestAboutPeople(items.slice(2))).toBeNull()
})
