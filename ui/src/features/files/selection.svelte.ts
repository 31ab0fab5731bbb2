/** What is chosen in a list that may change under the hand: ids, an anchor for ranges and the focused row. */
import { SvelteSet } from 'svelte/reactivity'

export type Modifiers = { ctrl: boolean; shift: boolean }

export class Selection {
  readonly ids = new SvelteSet<string>()
  focused = $state<string | null>(null)
  #anchor: string | null = null

  get size(): number {
    return this.ids.size
  }

  /** Click: alone; Ctrl: one more or less; Shift: from the anchor to here. */
  pick(id: string, order: readonly string[], { ctrl, shift }: Modifiers): void {
    this.focused = id
    const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor)
    const to = order.indexOf(id)
    if (shift && from >= 0 && to >= 0) {
      if (!ctrl) this.ids.clear()
      for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.ids.add(each)
      return
    }
    this.#anchor = id
    if (ctrl) {
      if (!this.ids.delete(id)) this.ids.add(id)
      return
    }
    this.ids.clear()
    this.ids.add(id)
  }

  /** Moves the focus by `step` rows and takes the choice along, as Shift and Ctrl say. */
  move(step: number, order: readonly string[], { ctrl, shift }: Modifiers): string | null {
    if (order.length === 0) return null
    const at = this.focused === null ? -1 : order.indexOf(this.focused)
    const next = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + step))] ?? null
    if (next === null) return null
    if (ctrl && !shift) this.focused = next
    else this.pick(next, order, { ctrl: false, shift })
    return next
  }

  all(order: readonly string[]): void {
    for (const id of order) this.ids.add(id)
  }

  clear(): void {
    this.ids.clear()
    this.#anchor = null
  }

  /** Forgets rows that are gone, so that a bar never counts what nobody sees. The keyboard goes on with the next of `before`. */
  keep(order: readonly string[], before: readonly string[] = []): void {
    // Lives for this call only.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const there = new Set(order)
    for (const id of [...this.ids]) if (!there.has(id)) this.ids.delete(id)
    if (this.focused === null || there.has(this.focused)) return
    const at = before.indexOf(this.focused)
    this.focused = before.slice(at + 1).find((id) => there.has(id)) ?? before.slice(0, Math.max(0, at)).findLast((id) => there.has(id)) ?? null
  }
}
