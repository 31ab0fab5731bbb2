/** Which dialog of Security is open; it lies over every area. */
import { nav } from '$shared/nav.svelte'
import { settings } from '../settings/settings.svelte'

class Security {
  dialog = $state<'enter-key' | 'new-key' | null>(null)

  /** To the place where a device is verified. */
  show(): void {
    settings.section = 'security'
    nav.go('settings')
  }
}

export const security = new Security()
