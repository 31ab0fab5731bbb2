/** The parts of the storage that its bar shows. */
import type { Drive, StorageUse } from '$shared/ipc'

/** `name` is empty for what is in none of the drives named; `percent` is of all there may be. */
export type Part = { id: string; name: string; percent: number }

const NAMED = 3
/** What rooms carry is shown as a drive, but is kept by the chat server. */
const ELSEWHERE = 'chats'
/** In percent: less cannot be seen. */
const LEAST = 0.5

/** How full it is, in percent. */
export function share({ used, quota }: StorageUse): number {
  return quota ? Math.min(100, (used / quota) * 100) : 0
}

/** The largest by name; what remains is one part. */
export function parts(use: StorageUse, drives: readonly Drive[]): Part[] {
  const { quota } = use
  if (!quota) return []
  const largest = drives.filter(({ id }) => id !== ELSEWHERE).toSorted((a, b) => b.used - a.used)
  const named = largest.slice(0, NAMED).map(({ id, name, used }) => ({ id, name, percent: (used / quota) * 100 }))
  const rest = share(use) - named.reduce((sum, part) => sum + part.percent, 0)
  return rest > LEAST ? [...named, { id: '', name: '', percent: rest }] : named
}
