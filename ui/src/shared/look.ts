/** Puts what was chosen under Appearance on the document. */
import { language } from '$shared/i18n/language.svelte'
import { Channel, commands, type Settings } from '$shared/ipc'

/** Follows the settings until the returned function is called; Settings has its own subscription while it is open. */
export function followLook(): () => void {
  const updates = new Channel<Settings>()
  let over = false
  updates.onmessage = (settings) => {
    if (over) return
    applyLook(document.documentElement, settings)
    language.choose(settings.language)
  }
  const subscription = commands.settings(updates)
  return () => {
    over = true
    void subscription.then((answer) => {
      if (answer.status === 'ok') void commands.unsubscribe(answer.data)
    })
  }
}

export function applyLook(root: HTMLElement, settings: Settings): void {
  if (settings.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = settings.theme
  if (settings.highContrast) root.dataset['contrast'] = 'more'
  else delete root.dataset['contrast']
  root.dataset['density'] = settings.density
  root.style.fontSize = settings.textSize === 100 ? '' : `${String(settings.textSize)}%`
  for (const step of ['--d-1', '--d-2', '--d-3', '--d-4']) {
    if (settings.reduceMotion) root.style.setProperty(step, '0ms')
    else root.style.removeProperty(step)
  }
}
