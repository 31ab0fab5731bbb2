import { beforeEach, expect, it, vi } from 'vitest'

const unsubscribed: number[] = []
vi.mock('$shared/ipc', () => ({
  Channel: class {
    onmessage: (message: unknown) => void = () => undefined
  },
  commands: { unsubscribe: (id: number) => unsubscribed.push(id) },
}))

const { Subscription } = await import('./subscription.svelte')

type Updates = { onmessage: (message: number) => void }
const ok = (data: number) => ({ status: 'ok', data }) as const

beforeEach(() => unsubscribed.splice(0))

it('drops what comes after it ended', async () => {
  const subscription = new Subscription<number>()
  const got: number[] = []
  let channel: Updates | undefined
  await subscription.start(
    (updates) => {
      channel = updates
      return Promise.resolve(ok(7))
    },
    (update) => got.push(update),
  )
  channel?.onmessage(1)
  subscription.stop()
  channel?.onmessage(2)
  expect(got).toEqual([1])
  expect(unsubscribed).toEqual([7])
})

it('ends an answer that comes after it was stopped', async () => {
  const subscription = new Subscription<number>()
  let answer: (value: ReturnType<typeof ok>) => void = () => undefined
  const started = subscription.start(() => new Promise((resolve) => (answer = resolve)), () => undefined)
  subscription.stop()
  answer(ok(9))
  expect(await started).toBe(false)
  expect(unsubscribed).toEqual([9])
})

it('keeps the reason of a failure until the next try', async () => {
  const subscription = new Subscription<number>()
  await subscription.start(() => Promise.resolve({ status: 'error', error: { code: 'offline', message: '' } }), () => undefined)
  expect(subscription.error?.code).toBe('offline')
  await subscription.start(() => Promise.resolve(ok(1)), () => undefined)
  expect(subscription.error).toBeNull()
})

it('is active from its question until it ends or is refused', async () => {
  const subscription = new Subscription<number>()
  let answer: (value: unknown) => void = () => undefined
  const started = subscription.start(() => new Promise((resolve) => (answer = resolve as typeof answer)), () => undefined)
  expect(subscription.active).toBe(true)
  answer({ status: 'error', error: { code: 'signed-out', message: '' } })
  await started
  expect(subscription.active).toBe(false)
  await subscription.start(() => Promise.resolve(ok(9)), () => undefined)
  expect(subscription.active).toBe(true)
  subscription.stop()
  expect(subscription.active).toBe(false)
})
