import { expect, it, vi } from 'vitest'

const asked: unknown[] = []
let refuse: string | null = null

function answer(what: unknown) {
  asked.push(what)
  return Promise.resolve(refuse === null ? { status: 'ok' } : { status: 'error', error: { code: refuse, message: '' } })
}

vi.mock('$shared/ipc', () => ({
  commands: {
    setDraft: () => Promise.resolve(),
    typing: () => Promise.resolve(),
    linkUnsent: (_room: string, item: string) => answer(['link', item]),
    redact: (_room: string, item: string) => answer(['cancel', item]),
  },
}))

const { t } = await import('$shared/i18n')
const { toasts } = await import('$shared/stores/toasts.svelte')
const { RoomView } = await import('../room/view.svelte')
const { actionsOf, mayLink, mayRetry, mayTakeBack } = await import('./actions')
const { item } = await import('./items.testdata')
const { failureText } = await import('./words')

const file = { kind: 'file', name: 'Visit.mp4', mime: 'video/mp4', size: 6e8 } as const
const refused = item('r', { own: true, eventId: null, state: 'failed', failure: 'too-large', body: file })
const long = item('l', { own: true, eventId: null, state: 'failed', failure: 'too-large' })
const lost = item('o', { own: true, eventId: null, state: 'failed', failure: 'other', body: file })

const offered = (message: typeof refused) => (actionsOf(new RoomView('!a:x', null), message) as ({ text: string } | 'rule')[]).map((entry) => (entry === 'rule' ? entry : entry.text))

it('offers Files for a file that is too large, and no other try', () => {
  expect([mayLink(refused), mayRetry(refused), mayTakeBack(refused)]).toEqual([true, false, false])
  expect(offered(refused)).toEqual([t('chat.linkInstead'), 'rule', t('chat.deleteUnsent')])
  expect(failureText(refused)).toBe(t('chat.tooLargeFile'))
})

it('offers to write a text again that is too long, and says why', () => {
  expect([mayLink(long), mayRetry(long), mayTakeBack(long)]).toEqual([false, false, true])
  expect(failureText(long)).toBe(t('chat.tooLong'))
})

it('offers another try for what failed otherwise', () => {
  expect([mayLink(lost), mayRetry(lost), mayTakeBack(lost)]).toEqual([false, true, false])
})

it('shows that a file goes to Files, until that fails', async () => {
  const view = new RoomView('!a:x', null)
  await view.link(refused)
  expect(asked).toEqual([['link', 'r']])
  expect(view.linking.has('r')).toBe(true)
  refuse = 'too-large'
  const other = new RoomView('!b:x', null)
  await other.link(refused)
  refuse = null
  expect(other.linking.has('r')).toBe(false)
  expect(toasts.items.at(-1)).toMatchObject({ text: t('chat.tooLargeAnywhere') })
})

it('puts the words back above what is being written', async () => {
  const view = new RoomView('!a:x', null)
  view.composer.write('by the way')
  await view.takeBack(long)
  expect(view.composer.text).toBe('l\n\nby the way')
  refuse = 'offline'
  await view.takeBack(long)
  refuse = null
  expect(view.composer.text, 'what is still there is not written twice').toBe('l\n\nby the way')
})
