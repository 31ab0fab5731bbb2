/** The order of a folder: folders stay first, names are compared as people read them. */
import type { FolderItem } from '$shared/ipc'

export const ORDERS = ['name', 'changed', 'size'] as const
export type Order = (typeof ORDERS)[number]
export type Sorting = { by: Order; down: boolean }

/** Newest and largest first is what one looks for; names from A. */
export function sortBy(by: Order, now: Sorting): Sorting {
  return { by, down: now.by === by ? !now.down : by !== 'name' }
}

export function sorted(items: readonly FolderItem[], { by, down }: Sorting, language: string): FolderItem[] {
  const names = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
  const turn = down ? -1 : 1
  return items.toSorted((a, b) => {
    if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
    const byName = names.compare(a.name, b.name)
    // A folder has no date and no size of its own.
    if (a.kind === 'folder' || b.kind === 'folder' || by === 'name') return turn * byName
    return turn * (by === 'size' ? a.size - b.size : a.changed - b.changed) || byName
  })
}
