/** The place a picture takes before it is there. Pure, CSS pixels. */

const WIDEST = 360
const TALLEST = 320
const LEAST = 48

export function frame(width: number | null, height: number | null): { width: number; ratio: string } {
  if (width === null || height === null || width <= 0 || height <= 0) return { width: WIDEST, ratio: '16 / 9' }
  const scale = Math.min(1, WIDEST / width, TALLEST / height)
  return { width: Math.round(Math.max(LEAST, width * scale)), ratio: `${String(width)} / ${String(height)}` }
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~'

/** The mean colour that a blurhash begins with; nothing where it is not one. */
export function meanColour(blurhash: string | null): string | null {
  if (blurhash === null || blurhash.length < 6) return null
  let value = 0
  for (const char of blurhash.slice(2, 6)) {
    const digit = DIGITS.indexOf(char)
    if (digit < 0) return null
    value = value * 83 + digit
  }
  if (value > 0xffffff) return null
  return `#${value.toString(16).padStart(6, '0')}`
}

export function thumbnailUrl(roomId: string, itemId: string): string {
  return `tsres://localhost/thumbnail/${encodeURIComponent(roomId)}/${encodeURIComponent(itemId)}`
}

export function attachmentUrl(roomId: string, itemId: string): string {
  return `tsres://localhost/attachment/${encodeURIComponent(roomId)}/${encodeURIComponent(itemId)}`
}

/** The letters on a file's glyph. */
export function ending(name: string): string {
  const found = /\.([A-Za-z0-9]{1,4})$/.exec(name)?.[1]
  return found === undefined ? '' : found.toUpperCase()
}
