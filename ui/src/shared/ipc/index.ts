/** The one door to the core: nothing else imports @tauri-apps. */
import { events, type FilesDropped } from './bindings'

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
