/** Opens Files at one file: of a card in a chat, of a link. */
import { t } from '$shared/i18n'
import { nav } from '$shared/nav.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { files } from './files.svelte'
import { locate } from './locate'

/** How long the folder may take to come. */
const PATIENCE_MS = 10_000

export async function reveal(drive: string, file: string): Promise<void> {
  const folder = await locate(drive, file)
  if (folder === null) {
    toasts.tell(t('files.notFound'), 'circle-alert')
    return
  }
  if (nav.area === 'files') void files.go(drive, folder)
  else {
    // Files shows the drive and folder it is told before it is on screen.
    files.drive = drive
    files.path = folder
    nav.go('files')
  }
  if (await listed(file)) files.selection.pick(file, [file], { ctrl: false, shift: false })
  else if (nav.area === 'files') toasts.tell(t('files.notFound'), 'circle-alert')
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
