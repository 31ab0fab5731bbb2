/** What may not be part of a name: it would move the file to another folder. */
export function nameFault(name: string): 'empty' | 'slash' | 'too-long' | null {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed === '.' || trimmed === '..') return 'empty'
  if (trimmed.includes('/')) return 'slash'
  return trimmed.length > 200 ? 'too-long' : null
}
