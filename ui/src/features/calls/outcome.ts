/** What became of a call, in words. */
import type { HistoryEntry } from '$shared/ipc'
import { t } from '$shared/i18n'

export function outcome(entry: HistoryEntry): string {
  if (entry.kind === 'missed') return t('calls.missedCall')
  if (entry.kind === 'declined') return t('calls.declined')
  return entry.seconds === null ? t('calls.noAnswer') : duration(entry.seconds)
}

/** 8 s, 24 min, 1 h 2 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return t('calls.seconds', { count: seconds })
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return t('calls.minutes', { count: minutes })
  return t('calls.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}
