/** The one door to the core: nothing else imports @tauri-apps. */
import { invoke } from '@tauri-apps/api/core'
import { listen, TauriEvent } from '@tauri-apps/api/event'

import { commands, events, type ApiError, type FilesDropped } from './bindings'
import { pastedBody, type PastedAbout } from './pasted'

export { Channel } from '@tauri-apps/api/core'
export * from './bindings'

/** Tells what was dropped on the window until the returned function is called. */
export function onFilesDropped(dropped: (files: FilesDropped) => void): () => void {
  let over = false
  const listening = events.filesDropped.listen((event) => {
    if (!over) dropped(event.payload)
  })
  return () => {
    over = true
    void listening.then((stop) => stop())
  }
}

/** Opens `telestack://` links, the one that waits and all that come, until the returned function is called. */
export function onLink(open: (link: string) => void): () => void {
  let over = false
  const take = async () => {
    if (over) return
    const waiting = await commands.takeLink()
    if (waiting.status === 'ok' && waiting.data !== null) open(waiting.data)
  }
  const listening = events.linkArrived.listen(() => void take())
  void listening.then(take)
  return () => {
    over = true
    void listening.then((stop) => stop())
  }
}

/** Tells how many files hang over the window and where (CSS pixels), null when they left or fell, until the returned function is called. */
export function onFilesOver(over: (files: { count: number; x: number; y: number } | null) => void): () => void {
  type Payload = { paths?: string[]; position: { x: number; y: number } }
  let ended = false
  let count = 0
  const tell = ({ payload }: { payload: Payload }) => {
    count = payload.paths?.length ?? count
    if (!ended) over({ count, ...payload.position })
  }
  const gone = () => {
    if (!ended) over(null)
  }
  const listening = [listen(TauriEvent.DRAG_ENTER, tell), listen(TauriEvent.DRAG_OVER, tell), listen(TauriEvent.DRAG_LEAVE, gone), listen(TauriEvent.DRAG_DROP, gone)]
  return () => {
    ended = true
    for (const each of listening) void each.then((stop) => stop())
  }
}

/** Sends what was pasted: its bytes go as they are, which the generated commands cannot say. */
export async function sendPasted(about: PastedAbout, bytes: Uint8Array): Promise<{ status: 'ok' } | { status: 'error'; error: ApiError }> {
  try {
    await invoke('send_pasted', pastedBody(about, bytes))
    return { status: 'ok' }
  } catch (error) {
    // The core refuses with this and nothing else.
    return { status: 'error', error: error as ApiError }
  }
}
