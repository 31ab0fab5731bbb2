import type { NoticeKind } from '$shared/ipc'
import { me } from '$shared/stores/me.svelte'
import { expect, it } from 'vitest'
import { noticesText, noticeText } from './words'

const notice = (what: NoticeKind, id = '@ben', name = 'Ben Okafor') => ({ kind: 'notice' as const, id: '1', time: 0, what, sender: { id, name, avatar: null, verified: false } })

it('says who did it, and "you" of oneself', () => {
  me.current = { matrixId: '@ada' } as NonNullable<typeof me.current>
  const joined: NoticeKind = { kind: 'joined', name: 'Ben Okafor' }
  expect(noticeText(notice(joined))).toBe('Ben Okafor came in')
  expect(noticeText(notice({ kind: 'topic', text: '' }))).toBe('Ben removed the topic')
  expect(noticeText(notice(joined, '@ada', 'Ada Lovelace'))).toBe('You came in')
  const ofAda = { id: '@ada', name: 'Ada Lovelace' }
  expect(noticeText(notice({ kind: 'invited', ...ofAda }))).toBe('Ben invited you')
  expect(noticeText(notice({ kind: 'invited', id: '@ben', name: 'Ben Okafor' }, '@ada'))).toBe('You invited Ben Okafor')
  expect(noticeText(notice({ kind: 'removed', ...ofAda }))).toBe('Ben removed you')
  expect(noticeText(notice({ kind: 'renamed', name: 'Clinic' }, '@ada'))).toBe('You named the room Clinic')
})

it('tells the first of many and counts the rest', () => {
  const left = ['Ben', 'Chloé', 'Daniel', 'Emeka'].map((name) => notice({ kind: 'left', name }))
  expect(noticesText(left.slice(0, 3))).toBe('Ben left · Chloé left · Daniel left')
  expect(noticesText(left)).toBe('Ben left · Chloé left and 2 more changes')
})
