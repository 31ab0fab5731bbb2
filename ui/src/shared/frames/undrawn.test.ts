import { expect, it } from 'vitest'
import { Undrawn } from './undrawn'

function undrawn(): { credits: number[]; ledger: Undrawn } {
  const credits: number[] = []
  return { credits, ledger: new Undrawn((tile) => credits.push(tile)) }
}

it('gives one credit for each picture that was drawn', () => {
  const { credits, ledger } = undrawn()
  ledger.took(1)
  ledger.drew(1)
  // Drawn again since the window changed its size: no picture of the host's.
  ledger.drew(1)
  expect(credits).toEqual([1])
})

it('gives back what is no longer shown, and waits for what is', () => {
  const { credits, ledger } = undrawn()
  ledger.took(1)
  ledger.took(2)
  ledger.keep(new Set([1, 3]))
  expect(credits).toEqual([2])
  ledger.drew(1)
  expect(credits).toEqual([2, 1])
})

it('owes nothing after what draws was replaced', () => {
  const { credits, ledger } = undrawn()
  ledger.took(1)
  ledger.took(2)
  ledger.giveUp()
  ledger.giveUp()
  expect(credits).toEqual([1, 2])
})
