/** What nothing in the page caught: it goes to the log, and whoever sits there learns that something went wrong. */

/** The engine's way to say that a layout settles one frame later. */
const HARMLESS = 'ResizeObserver loop'
/** A fault that comes with every frame must not fill the disk. */
const MOST = 20

export function watchFaults(page: Window, tell: (fault: string) => void): () => void {
  let left = MOST
  const say = (message: string, cause: unknown) => {
    if (left === 0 || message.startsWith(HARMLESS)) return
    left -= 1
    tell(cause instanceof Error ? `${cause.name}: ${cause.message}\n${cause.stack ?? ''}` : message)
  }
  const failed = (event: ErrorEvent) => say(event.message, event.error)
  const refused = (event: PromiseRejectionEvent) => say(String(event.reason), event.reason)
  page.addEventListener('error', failed)
  page.addEventListener('unhandledrejection', refused)
  return () => {
    page.removeEventListener('error', failed)
    page.removeEventListener('unhandledrejection', refused)
  }
}
