/** The history cut into the days that people think in. */
import type { HistoryEntry } from '$shared/ipc'

type Day = 'today' | 'yesterday' | 'earlier'

/** Entries come newest first and stay so; days without entries are left out. */
export function byDay(entries: readonly HistoryEntry[], at: number): { day: Day; entries: HistoryEntry[] }[] {
  const midnight = new Date(at)
  midnight.setHours(0, 0, 0, 0)
  const before = new Date(midnight)
  before.setDate(before.getDate() - 1)
  const groups: { day: Day; entries: HistoryEntry[] }[] = []
  for (const entry of entries) {
    const day: Day = entry.started >= midnight.getTime() ? 'today' : entry.started >= before.getTime() ? 'yesterday' : 'earlier'
    const last = groups.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else groups.push({ day, entries: [entry] })
  }
  return groups
}
