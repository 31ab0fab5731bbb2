import { expect, it } from 'vitest'
import type { Member } from '$shared/ipc'
import { byPower, isOnlyAdmin } from './members'

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
