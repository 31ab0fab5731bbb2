import { beforeEach, expect, it, vi } from 'vitest'

const asked: string[] = []
let answer: unknown = null

vi.mock('$shared/ipc', () => ({
  Channel: vi.fn(),
  commands: {
    resetIdentity: (password: string) => {
      asked.push(password)
      return Promise.resolve(answer)
    },
  },
}))

const { encryption } = await import('./encryption.svelte')

beforeEach(() => {
  asked.splice(0)
  encryption.key = null
})

it('shows the new key after a reset', async () => {
  answer = { status: 'ok', data: 'EsTM 8kQd' }
  expect(await encryption.reset('a password')).toBeNull()
  expect(asked).toEqual(['a password'])
  expect(encryption.key).toBe('EsTM 8kQd')
})

it('says why there was none', async () => {
  answer = { status: 'error', error: { code: 'wrong-credentials', message: '' } }
  expect(await encryption.reset('a guess')).toBe('wrong-credentials')
  expect(encryption.key).toBeNull()
})
