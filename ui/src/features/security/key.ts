/** What a recovery key looks like (Matrix, "Recovery key"): base58 of two fixed bytes, 32 of the key, and one that makes all of them XOR to nothing. */
const LETTERS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BYTES = 35
/** Letters of a whole key. */
export const KEY_LENGTH = 48

export type Typed = { kind: 'empty' } | { kind: 'odd'; letter: string } | { kind: 'short'; missing: number } | { kind: 'wrong' } | { kind: 'whole' }

/** How far what was typed is from being a key. */
export function inspect(text: string): Typed {
  const letters = Array.from(text.replace(/\s+/g, ''))
  if (letters.length === 0) return { kind: 'empty' }
  const letter = letters.find((each) => !LETTERS.includes(each))
  if (letter !== undefined) return { kind: 'odd', letter }
  if (letters.length < KEY_LENGTH) return { kind: 'short', missing: KEY_LENGTH - letters.length }
  return letters.length === KEY_LENGTH && isSound(letters) ? { kind: 'whole' } : { kind: 'wrong' }
}

function isSound(letters: readonly string[]): boolean {
  let value = letters.reduce((sum, letter) => sum * 58n + BigInt(LETTERS.indexOf(letter)), 0n)
  const bytes: number[] = []
  while (value > 0n) {
    bytes.unshift(Number(value & 255n))
    value >>= 8n
  }
  return bytes.length === BYTES && bytes[0] === 0x8b && bytes[1] === 0x01 && bytes.reduce((sum, byte) => sum ^ byte, 0) === 0
}

/** In groups of four, as it is shown and printed. */
export function grouped(text: string): string {
  return (text.replace(/\s+/g, '').match(/.{1,4}/gu) ?? []).join(' ')
}
