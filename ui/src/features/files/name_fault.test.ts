import { expect, it } from 'vitest'
import { nameFault } from './name_fault'

it('refuses names that would move the file', () => {
  expect(nameFault('  ')).toBe('empty')
  expect(nameFault('..')).toBe('empty')
  expect(nameFault('a/b')).toBe('slash')
  expect(nameFault('Report.pdf')).toBeNull()
})
