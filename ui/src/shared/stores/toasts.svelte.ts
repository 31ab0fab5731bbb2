/** Short notes over the window; each goes by itself. */
import type { ApiError, ErrorCode } from '$shared/ipc'

export const TOAST_MS = 8000

export type Toast = { id: number; code: ErrorCode }

class Toasts {
  items = $state.raw<Toast[]>([])
  #next = 1

  /** The same trouble is told once. */
  failed(error: ApiError): void {
    if (this.items.some((toast) => toast.code === error.code)) return
    const id = this.#next++
    this.items = [...this.items, { id, code: error.code }]
    setTimeout(() => this.dismiss(id), TOAST_MS)
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
