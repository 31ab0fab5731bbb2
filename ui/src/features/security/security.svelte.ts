/** Which dialog of Security is open; it lies over every area. */
class Security {
  dialog = $state<'enter-key' | 'new-key' | 'reset' | null>(null)
}

export const security = new Security()
