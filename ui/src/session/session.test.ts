import { beforeEach, expect, it, vi } from 'vitest'

type Answer = { status: 'ok'; data: null } | { status: 'error'; error: { code: string; message: string } }
const core = vi.hoisted(() => ({ signIn: vi.fn(), answerFactor: vi.fn(), unlock: vi.fn(), state: null as null | { onmessage: (state: unknown) => void } }))

vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (value: unknown) => void = () => undefined
  },
  commands: {
    session: (updates: { onmessage: (state: unknown) => void }) => {
      core.state = updates
      return Promise.resolve({ status: 'ok', data: 1 })
    },
    signIn: core.signIn,
    answerFactor: core.answerFactor,
    unlock: core.unlock,
  },
}))

const { session } = await import('./session.svelte')
const { nav } = await import('$shared/nav.svelte')

beforeEach(() => {
  core.signIn.mockReset()
  core.unlock.mockReset()
})

it('shows one progress while signing in and none after', async () => {
  let answer: (value: Answer) => void = () => undefined
  core.signIn.mockImplementation((_server, _email, _password, progress: { onmessage: (step: string) => void }) => {
    progress.onmessage('joining-chat')
    return new Promise<Answer>((resolve) => (answer = resolve))
  })
  const done = session.signIn(' example.org ', 'a@example.org ', ' secret ')
  expect(core.signIn.mock.calls[0]?.slice(0, 3)).toEqual(['example.org', 'a@example.org', ' secret '])
  expect(session.busy).toBe(true)
  expect(session.step).toBe('joining-chat')
  answer({ status: 'ok', data: null })
  await done
  expect(session.busy).toBe(false)
  expect(session.step).toBeNull()
  expect(session.error).toBeNull()
})

it('keeps the code of what went wrong until the next screen', async () => {
  await session.open()
  core.state?.onmessage({ kind: 'needs-passphrase', creating: false })
  core.unlock.mockResolvedValue({ status: 'error', error: { code: 'wrong-passphrase', message: '' } })
  await session.unlock('no')
  expect(session.error).toBe('wrong-passphrase')
  core.state?.onmessage({ kind: 'opening' })
  expect(session.error).toBeNull()
})

it('says at the start why it went back there, whichever is told first', async () => {
  await session.open()
  const asked = { kind: 'needs-factor', email: 'a@example.org', factors: ['app'], signedIn: false }
  const start = { kind: 'signed-out', server: null, email: 'a@example.org' }
  for (const late of [false, true]) {
    core.state?.onmessage(asked)
    core.answerFactor.mockImplementation(() => {
      if (!late) core.state?.onmessage(start)
      return Promise.resolve({ status: 'error', error: { code: 'chat-unavailable', message: '' } })
    })
    expect(await session.answerFactor('app', '123456')).toBe('chat-unavailable')
    if (late) core.state?.onmessage(start)
    expect(session.error).toBe('chat-unavailable')
  }
})

it('begins with the chats again after somebody has signed out', async () => {
  await session.open()
  nav.openSettings('sessions')
  core.state?.onmessage({ kind: 'signed-out', server: null, email: null })
  expect(nav.area).toBe('chat')
})
