import { afterEach, expect, it } from 'vitest'
import type { Verification, VerificationStep } from '$shared/ipc'
import { language } from '$shared/i18n/language.svelte'
import { nameOf, textOf, titleOf } from './words'

afterEach(() => language.choose(null))

const flow = (step: VerificationStep, part: Partial<Verification> = {}): Verification => ({ id: 'f', userId: '@ben:x', name: 'Ben', avatar: null, device: 'Laptop', own: false, incoming: true, step, ...part })

it('names the emoji in the language of the window', () => {
  const turtle = { number: 11, symbol: '🐢', name: 'Turtle' }
  language.choose('de')
  expect(nameOf(turtle).replace('\u00AD', '')).toBe('Schildkröte')
  language.choose('en')
  expect(nameOf({ ...turtle, name: 'x' })).toBe('Turtle')
  expect(nameOf({ number: 64, symbol: '❓', name: 'Unknown' })).toBe('Unknown')
})

it('says who asks, and from which device', () => {
  language.choose('en')
  expect(textOf(flow({ kind: 'asked' }, { own: true }))).toContain('Laptop')
  expect(textOf(flow({ kind: 'asked' }))).toContain('Ben')
  expect(titleOf(flow({ kind: 'asked' }, { own: true }))).toBe('Verify your other device')
  expect(titleOf(flow({ kind: 'waiting' }, { own: true, incoming: false }))).toBe('Verify this device')
})

it('has words for every end', () => {
  language.choose('en')
  const texts = (['declined', 'timed-out', 'differed', 'failed'] as const).map((why) => textOf(flow({ kind: 'ended', why })))
  expect(new Set(texts).size).toBe(4)
})
