import { afterEach, expect, it } from 'vitest'
import { language } from '$shared/i18n/language.svelte'
import { fileSize, fullTime, shortTime } from './format'

afterEach(() => language.choose('en'))

it('writes sizes short', () => {
  language.choose('en')
  expect([0, 999, 1000, 1440, 9960, 71_900_000, 999_600, 2e15].map(fileSize)).toEqual(['0 B', '999 B', '1 KB', '1.4 KB', '10 KB', '72 MB', '1 MB', '2,000 TB'])
  language.choose('de')
  expect(fileSize(1440)).toBe('1,4 KB')
})

it('writes times on a 24 hour clock', () => {
  const time = new Date(2026, 10, 24, 14, 5).getTime()
  language.choose('en')
  expect(shortTime(time)).toBe('14:05')
  expect(fullTime(time)).toContain('24 November 2026')
  language.choose('de')
  expect(fullTime(time)).toContain('24. November 2026')
})
