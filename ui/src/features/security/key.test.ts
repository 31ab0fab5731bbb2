import { expect, it } from 'vitest'
import { grouped, inspect } from './key'

/** Of the Matrix specification's test vectors: the key of 32 bytes 0x77, 0x07 and so on. */
const KEY = 'EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d'

it('knows a whole key, however it is spaced', () => {
  expect(inspect(KEY)).toEqual({ kind: 'whole' })
  expect(inspect(` ${KEY.replaceAll(' ', '')}\n`)).toEqual({ kind: 'whole' })
})

it('counts what is missing and names what cannot be', () => {
  expect(inspect('  ')).toEqual({ kind: 'empty' })
  expect(inspect(KEY.slice(0, 9))).toEqual({ kind: 'short', missing: 40 })
  expect(inspect('EsTc L0')).toEqual({ kind: 'odd', letter: '0' })
})

it('sees a letter that was mistaken, and one too many', () => {
  expect(inspect(KEY.replace('wKEA', 'wKEB'))).toEqual({ kind: 'wrong' })
  expect(inspect(`${KEY}E`)).toEqual({ kind: 'wrong' })
})

it('groups by four', () => {
  expect(grouped('EsTcLW2K PG')).toBe('EsTc LW2K PG')
})
