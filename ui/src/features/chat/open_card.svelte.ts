/** Opens Files at a file that was shared as a card. */
import type { FileCard } from '$shared/ipc'
import { t } from '$shared/i18n'
import { nav } from '$shared/nav.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { files } from '../files'
import { locate } from './locate'

/** How long the folder may take to come. */
const PATIENCE_MS = 10_000

export async function openCard(card: FileCard): Promise<void> {
  const folder = await locate(card.bucket, card.file)
  if (folder === null) {
    toasts.tell(t('chat.fileFailed'), 'circle-alert')
    return
  }
  // Files shows the drive and folder it is told before it is on screen.
  files.drive = card.bucket
  files.path = folder
  nav.go('files')
  if (await listed(card.file)) files.selection.pick(card.file, [card.file], { ctrl: false, shift: false })
  else if (nav.area === 'files') toasts.tell(t('chat.fileFailed'), 'circle-alert')
}

/** Whether the folder that Files loads holds the file. */
function listed(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    let begun = false
    const end = (found: boolean) => {
      clearTimeout(timer)
      stop()
      resolve(found)
    }
    const timer = setTimeout(() => end(false), PATIENCE_MS)
    const stop = $effect.root(() => {
      $effect(() => {
        // What was ready before belongs to the folder that was open before.
        if (files.state === 'loading') begun = true
        else if (begun) queueMicrotask(() => end(files.items.some((item) => item.kind === 'file' && item.id === id)))
      })
    })
  })
}
