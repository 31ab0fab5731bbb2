/** How other places open the palette, with a prefix that chooses what is searched. */
class PaletteRequest {
  /** What to begin with; null while nobody asked. */
  typed = $state<string | null>(null)
}

export const request = new PaletteRequest()

export function openPalette(typed = ''): void {
  request.typed = typed
}
