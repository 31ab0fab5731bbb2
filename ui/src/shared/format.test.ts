import { afterEach, expect, it } from 'vitest'
import { language } from '$shared/i18n/language.svelte'
import { dayName, fileSize, fullTime, listTime, shortTime } from './format'

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

it('writes times in lists shorter the older they are', () => {
  const now = new Date(2026, 10, 24, 14, 5).getTime()
  const at = (...date: [number, number, number, number, number]) => listTime(new Date(...date).getTime(), now)
  language.choose('en')
  expect([at(2026, 10, 24, 14, 4), at(2026, 10, 24, 0, 1), at(2026, 10, 23, 23, 59), at(2026, 10, 20, 9, 0), at(2026, 10, 9, 9, 0), at(2025, 10, 9, 9, 0)]).toEqual(['14:04', '00:01', 'Yesterday', 'Fri', '9 Nov', '9 Nov 2025'])
  expect(listTime(now - 10_000, now)).toBe('now')
  language.choose('de')
  expect(at(2026, 10, 23, 23, 59)).toBe('Gestern')
})

it('names days', () => {
  const now = new Date(2026, 10, 24, 14, 5).getTime()
  language.choose('en')
  expect(dayName(now, now)).toBe('Today')
  expect(dayName(new Date(2026, 10, 17).getTime(), now)).toBe('Tuesday 17 November')
  expect(dayName(new Date(2025, 10, 17).getTime(), now)).toBe('Monday, 17 November 2025')
})
