/** Deleting acts at once and can be taken back for eight seconds: only then the room is told. */
import { commands } from '$shared/ipc'
import { t } from '$shared/i18n'
import { TOAST_MS, toasts } from '$shared/stores/toasts.svelte'
import { SvelteMap } from 'svelte/reactivity'

type Pending = { roomId: string; timer: ReturnType<typeof setTimeout>; toast: number }

class Removals {
  readonly #pending = new SvelteMap<string, Pending>()

  get ids(): ReadonlySet<string> {
    return new Set(this.#pending.keys())
  }

  remove(roomId: string, itemId: string): void {
    if (this.#pending.has(itemId)) return
    const toast = toasts.tell(t('chat.deletedToast'), 'trash-2', () => this.#takeBack(itemId))
    const timer = setTimeout(() => void this.#tell(itemId), TOAST_MS)
    this.#pending.set(itemId, { roomId, timer, toast })
  }

  /** Before the window closes: what was deleted stays deleted. */
  flush(): void {
    for (const id of [...this.#pending.keys()]) void this.#tell(id)
  }

  #takeBack(itemId: string): void {
    clearTimeout(this.#pending.get(itemId)?.timer)
    this.#pending.delete(itemId)
  }

  async #tell(itemId: string): Promise<void> {
    const pending = this.#pending.get(itemId)
    if (!pending) return
    clearTimeout(pending.timer)
    toasts.dismiss(pending.toast)
    const answer = await commands.redact(pending.roomId, itemId)
    if (answer.status === 'error') toasts.failed(answer.error)
    this.#pending.delete(itemId)
  }
}

export const removals = new Removals()
