import { expect, it } from 'vitest'
import type { Member } from '$shared/ipc'
import { insert, mentioned, rank, triggerAt } from './mentions'

const member = (name: string, more: Partial<Member> = {}): Member => ({ id: `@${name.split(' ')[0]?.toLowerCase() ?? ''}:localhost`, name, avatar: null, power: 'member', verified: true, invited: false, ...more })

it('starts at an @ that begins a word', () => {
  expect(triggerAt('Hi @ja', 6)).toEqual({ from: 3, query: 'ja' })
  expect(triggerAt('@', 1)).toEqual({ from: 0, query: '' })
  expect(triggerAt('@jonas lind', 11)).toEqual({ from: 0, query: 'jonas lind' })
  expect(triggerAt('mail@host', 9)).toBeNull()
  expect(triggerAt('@jonas is here', 14)).toBeNull()
  expect(triggerAt('@ja later', 3)).toEqual({ from: 0, query: 'ja' })
})

it('ranks names, then words, then addresses, without oneself', () => {
  const members = [member('Kim Jansen'), member('Jana'), member('Zoe', { id: '@jack:localhost' }), member('Ján Novák'), member('Me', { id: '@jme:localhost' }), member('Jared', { invited: true })]
  expect(rank(members, 'ja', '@jme:localhost').map((each) => each.name)).toEqual(['Ján Novák', 'Jana', 'Kim Jansen', 'Zoe'])
})

it('puts the name and a space', () => {
  expect(insert('Hi @ja there', { from: 3, query: 'ja' }, 6, 'Jana')).toEqual({ text: 'Hi @Jana there', caret: 9 })
})

it('tells only those whose name still stands there', () => {
  const chosen = new Map([
    ['@jana:x', 'Jana'],
    ['@kim:x', 'Kim'],
  ])
  expect(mentioned('@Jana and @Kimberly', chosen)).toEqual(['@jana:x'])
})
