/** Times and sizes in the language of the window. */
import { language } from '$shared/i18n/language.svelte'

/** 14:05 */
export function shortTime(ms: number): string {
  return new Intl.DateTimeFormat(language.current, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)
}

/** 24 November 2026, 14:05 */
export function fullTime(ms: number): string {
  return new Intl.DateTimeFormat(language.current === 'en' ? 'en-GB' : 'de', { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)
}

/** 1,440 */
export function wholeNumber(value: number): string {
  return new Intl.NumberFormat(language.current, { maximumFractionDigits: 0 }).format(value)
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** 1.4 MB; thousands, as the desktop's file managers count. */
export function fileSize(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  // 999.95 would read as 1000.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? 1000 : 999.5)) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1
  return `${new Intl.NumberFormat(language.current, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit] ?? ''}`
}

const DAY = 86_400_000

/** Whole days between the midnights of two times, in the person's own zone. */
function daysBetween(from: number, to: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)
  return Math.round((midnight(to) - midnight(from)) / DAY)
}

function locale(): string {
  return language.current === 'en' ? 'en-GB' : 'de'
}

/** In lists: "now", 10:42, Yesterday, Mon, 9 Nov, 9 Nov 2025. */
export function listTime(ms: number, now = Date.now()): string {
  const days = daysBetween(ms, now)
  if (days <= 0) return now - ms < 60_000 ? (language.current === 'en' ? 'now' : 'jetzt') : shortTime(ms)
  if (days === 1) return dayWord(-1)
  if (days < 7) return new Intl.DateTimeFormat(locale(), { weekday: 'short' }).format(ms)
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(ms)
}

/** On a day's line: Today, Yesterday, Tuesday 24 November. */
export function dayName(ms: number, now = Date.now()): string {
  const days = daysBetween(ms, now)
  if (days === 0 || days === 1) return dayWord(-days)
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(ms)
}

function dayWord(days: number): string {
  const word = new Intl.RelativeTimeFormat(language.current, { numeric: 'auto' }).format(days, 'day')
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Tuesday 24 November */
export function fullDay(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(ms)
}
