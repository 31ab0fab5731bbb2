import { expect, it, vi } from 'vitest'
import type { ErrorCode } from '$shared/ipc'
import { AGAIN_MS, FactorCode, isWhole } from './factor_code.svelte'

it('knows a whole code, however it is grouped', () => {
  expect(isWhole('app', '123 456')).toBe(true)
  expect(isWhole('app', '12345')).toBe(false)
  expect(isWhole('email', '12345a')).toBe(false)
  expect(isWhole('recovery-code', 'a1b2c-3d4e5')).toBe(true)
  expect(isWhole('recovery-code', 'a1')).toBe(false)
})

it('has a code sent once where it is one that is sent, and again only later', async () => {
  const ask = vi.fn(() => Promise.resolve(null))
  const code = new FactorCode(['app', 'email'], ask)
  await code.begin()
  expect(ask).not.toHaveBeenCalled()
  await code.choose('email')
  await code.choose('app')
  await code.choose('email')
  expect(ask.mock.calls).toEqual([['email']])
  expect(code.secondsLeft(Date.now())).toBe(AGAIN_MS / 1000)
  expect(code.secondsLeft(Date.now() + AGAIN_MS)).toBeNull()
})

it('says why nothing was sent, and lets it be tried at once', async () => {
  const code = new FactorCode(['email'], () => Promise.resolve<ErrorCode | null>('offline'))
  await code.begin()
  expect(code.fault).toBe('offline')
  expect(code.sent).toBe(false)
})

it('keeps a code that did not arrive, and wants a wrong one anew', async () => {
  const code = new FactorCode(['email'], () => Promise.resolve(null))
  await code.begin()
  code.code = '123456'
  code.answered('offline')
  expect(code.code).toBe('123456')
  code.answered('wrong-code')
  expect([code.code, code.sent]).toEqual(['', true])
  code.answered('code-over')
  expect(code.sent).toBe(false)
})
