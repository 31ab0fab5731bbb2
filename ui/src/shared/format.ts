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
