/** Finds the folder of a file that is known by its id only: a card does not say it. */
import { Channel, commands, type FolderItem, type ListDiff } from '$shared/ipc'
import { applyDiffs } from '$shared/stores/list_diff'

/** So many folders are looked into; they come from the core's own listing. */
const MOST = 200
const PATIENCE_MS = 5000

/** The path of the folder, "" for the root; null where it was not found. */
export async function locate(drive: string, file: string): Promise<string | null> {
  const open = ['']
  for (let looked = 0; looked < MOST; looked++) {
    const path = open.shift()
    if (path === undefined) return null
    const items = await contents(drive, path)
    if (items.some((item) => item.kind === 'file' && item.id === file)) return path
    for (const item of items) if (item.kind === 'folder') open.push(item.path)
  }
  return null
}

/** What a folder holds at the moment; nothing where it does not come. */
async function contents(drive: string, path: string): Promise<FolderItem[]> {
  const updates = new Channel<ListDiff<FolderItem>[]>()
  const first = new Promise<FolderItem[]>((resolve) => {
    const timer = setTimeout(() => resolve([]), PATIENCE_MS)
    updates.onmessage = (diffs) => {
      clearTimeout(timer)
      resolve(applyDiffs<FolderItem>([], diffs))
    }
  })
  const answer = await commands.openFolder(drive, path, updates)
  if (answer.status === 'error') return []
  const items = await first
  void commands.unsubscribe(answer.data)
  return items
}
