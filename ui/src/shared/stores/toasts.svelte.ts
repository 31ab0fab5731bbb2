/** Short notes over the window; each goes by itself. */
import type { ApiError, ErrorCode } from '$shared/ipc'

export const TOAST_MS = 8000

/** `undo` takes back what the note tells, as long as it stands. */
export type Toast = { id: number; until: number } & ({ kind: 'failed'; code: ErrorCode } | { kind: 'told'; text: string; icon: string; undo: (() => void) | null })

class Toasts {
  items = $state.raw<Toast[]>([])
  #next = 1

  /** The same trouble is told once. */
  failed(error: ApiError): void {
    if (this.items.some((toast) => toast.kind === 'failed' && toast.code === error.code)) return
    this.#add({ kind: 'failed', code: error.code })
  }

  /** The same words stand once, the newest time; not so what can be taken back, each of which is something else. */
  tell(text: string, icon = 'check', undo: (() => void) | null = null): number {
    if (undo === null) this.items = this.items.filter((toast) => toast.kind !== 'told' || toast.undo !== null || toast.text !== text)
    return this.#add({ kind: 'told', text, icon, undo })
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }

  /** Another account has nothing to do with them; what could be taken back no longer can. */
  clear(): void {
    this.items = []
  }

  /** Takes back the newest thing that can be; false where there is none. */
  undo(id?: number): boolean {
    const toast = this.items.findLast((each) => each.kind === 'told' && each.undo !== null && (id === undefined || each.id === id))
    if (toast?.kind !== 'told' || toast.undo === null) return false
    this.dismiss(toast.id)
    toast.undo()
    return true
  }

  #add(what: { kind: 'failed'; code: ErrorCode } | { kind: 'told'; text: string; icon: string; undo: (() => void) | null }): number {
    const id = this.#next++
    this.items = [...this.items, { ...what, id, until: Date.now() + TOAST_MS }]
    setTimeout(() => this.dismiss(id), TOAST_MS)
    return id
  }
}

export const toasts = new Toasts()
