import { beforeEach, expect, it, vi } from 'vitest'

const checkServer = vi.hoisted(() => vi.fn())
vi.mock('$shared/ipc', () => ({ commands: { checkServer } }))

const { ServerCheck, concernsServer } = await import('./server_check.svelte')

beforeEach(() => checkServer.mockReset())

it('asks once for the same name', async () => {
  checkServer.mockResolvedValue({ status: 'ok', data: { name: 'Northlight' } })
  const check = new ServerCheck()
  await check.look(' northlight.example ')
  await check.look('northlight.example')
  expect(checkServer.mock.calls).toEqual([['northlight.example']])
  expect(check.found).toBe('Northlight')
})

it('drops the answer for a name that was changed meanwhile', async () => {
  let answer: (value: unknown) => void = () => undefined
  checkServer.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  const check = new ServerCheck()
  const first = check.look('old.example')
  check.forget()
  answer({ status: 'error', error: { code: 'not-telestack' } })
  await first
  expect(check.fault).toBeNull()
})

it('asks again where it failed', async () => {
  checkServer.mockResolvedValue({ status: 'error', error: { code: 'offline' } })
  const check = new ServerCheck()
  await check.look('a.example')
  await check.look('a.example')
  expect(checkServer).toHaveBeenCalledTimes(2)
  expect(concernsServer(check.fault)).toBe(true)
  expect(concernsServer('wrong-credentials')).toBe(false)
})
