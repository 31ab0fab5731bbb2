import { describe, expect, it } from 'vitest'
import { splitName } from './file_name'

describe('splitName', () => {
  it('keeps short names whole', () => {
    expect(splitName('notes.md')).toEqual({ head: 'notes.md', tail: '' })
  })
  it('keeps the ending and some of what is before it', () => {
    const { head, tail } = splitName('Minutes of the cardiology board 2026-11-24.pdf')
    expect(tail).toBe('-11-24.pdf')
    expect(head + tail).toBe('Minutes of the cardiology board 2026-11-24.pdf')
  })
  it('never divides a character', () => {
    const name = '😀'.repeat(30) + '.png'
    const { head, tail } = splitName(name)
    expect(head + tail).toBe(name)
    expect(tail.startsWith('😀')).toBe(true)
  })
})
