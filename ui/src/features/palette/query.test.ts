import { describe, expect, it } from 'vitest'
import { highlight, nextKind, readQuery } from './query'

describe('readQuery', () => {
  it('takes the kind from the prefix', () => {
    expect(readQuery('@eli', 'all')).toEqual({ kind: 'people', text: 'eli' })
    expect(readQuery('> theme', 'files')).toEqual({ kind: 'commands', text: 'theme' })
    expect(readQuery('eli', 'rooms')).toEqual({ kind: 'rooms', text: 'eli' })
  })
})

describe('nextKind', () => {
  it('goes round and drops the prefix', () => {
    expect(nextKind('@eli', 'all', 1)).toEqual({ typed: 'eli', kind: 'rooms' })
    expect(nextKind('eli', 'commands', 1)).toEqual({ typed: 'eli', kind: 'all' })
    expect(nextKind('eli', 'all', -1)).toEqual({ typed: 'eli', kind: 'commands' })
  })
})

describe('highlight', () => {
  it('finds without regard to accents', () => {
    expect(highlight('Tomás Rivera', 'tomas')).toEqual([{ text: 'Tomás', hit: true }, { text: ' Rivera', hit: false }])
    expect(highlight('Reliability', 'eli')).toEqual([{ text: 'R', hit: false }, { text: 'eli', hit: true }, { text: 'ability', hit: false }])
  })
  it('leaves what does not fit', () => {
    expect(highlight('Quality', 'zz')).toEqual([{ text: 'Quality', hit: false }])
  })
})
