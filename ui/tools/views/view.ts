/** One picture: what is different in the world, and what is pressed once the window stands. */
import type { World } from '../world'

export type View = { world?: (world: World) => void; act?: (world: World) => void | Promise<void> }
export type Views = Record<string, View>

/** Waits for an element, for at most three seconds. */
export async function find(selector: string): Promise<HTMLElement> {
  const end = performance.now() + 3000
  for (;;) {
    const element = document.querySelector<HTMLElement>(selector)
    if (element) return element
    if (performance.now() > end) throw new Error(`there is no ${selector}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function press(selector: string): Promise<void> {
  const element = await find(selector)
  element.click()
}

export async function type(selector: string, text: string): Promise<void> {
  const element = await find(selector)
  if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) throw new Error(`${selector} takes no text`)
  element.value = text
  element.dispatchEvent(new Event('input', { bubbles: true }))
}

export function key(name: string, modifiers: KeyboardEventInit = {}): void {
  const target = document.activeElement ?? document.body
  target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...modifiers }))
}
