/** What was typed into the palette: a prefix chooses the kind, the rest is searched for. */

export const KINDS = ['all', 'people', 'rooms', 'files', 'commands'] as const
export type Kind = (typeof KINDS)[number]

const PREFIX: Record<string, Kind> = { '>': 'commands', '@': 'people', '#': 'rooms', '/': 'files' }

type Query = { kind: Kind; text: string }

export function readQuery(typed: string, chosen: Kind): Query {
  const kind = PREFIX[typed.charAt(0)]
  return kind === undefined ? { kind: chosen, text: typed.trim() } : { kind, text: typed.slice(1).trim() }
}

/** Tab goes round; a typed prefix gives way, so that there is one answer to what is searched. */
export function nextKind(typed: string, chosen: Kind, step: number): { typed: string; kind: Kind } {
  const { kind, text } = readQuery(typed, chosen)
  const at = (KINDS.indexOf(kind) + step + KINDS.length) % KINDS.length
  return { typed: text, kind: KINDS[at] ?? 'all' }
}

export type Part = { text: string; hit: boolean }

/** Divides a title around the first place where the words were found, without regard to case and accents. */
export function highlight(title: string, words: string): Part[] {
  const wanted = fold(words)
  if (wanted === '') return [{ text: title, hit: false }]
  const characters = Array.from(title)
  const folded = characters.map(fold)
  for (let from = 0; from < characters.length; from++) {
    let found = ''
    for (let to = from; to < characters.length && found.length < wanted.length; to++) {
      found += folded[to] ?? ''
      if (found === wanted) {
        return [
          { text: characters.slice(0, from).join(''), hit: false },
          { text: characters.slice(from, to + 1).join(''), hit: true },
          { text: characters.slice(to + 1).join(''), hit: false },
        ].filter((part) => part.text !== '')
      }
    }
  }
  return [{ text: title, hit: false }]
}

export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
