/** Naming people while writing. Pure. */
import type { Member } from '$shared/ipc'

type Trigger = { from: number; query: string }

/** What is typed after an @ that begins a word, up to the caret. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const match = /(?:^|[\s([{])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u.exec(text.slice(0, caret))
  if (!match) return null
  const query = match[1] ?? ''
  return { from: caret - query.length - 1, query }
}

/** Best first: names that begin so, then words that begin so, then addresses. */
export function rank(members: readonly Member[], query: string, me: string | null): Member[] {
  const wanted = fold(query)
  const score = (member: Member): number => {
    const name = fold(member.name)
    if (name.startsWith(wanted)) return 0
    if (name.split(/\s+/).some((word) => word.startsWith(wanted))) return 1
    return fold(member.id).slice(1).startsWith(wanted) ? 2 : 3
  }
  return members
    .filter((member) => !member.invited && member.id !== me)
    .map((member) => ({ member, score: score(member) }))
    .filter((each) => each.score < 3)
    .sort((a, b) => a.score - b.score || a.member.name.localeCompare(b.member.name))
    .slice(0, 8)
    .map((each) => each.member)
}

/** The text with the name in place of what was typed, and where the caret goes. */
export function insert(text: string, trigger: Trigger, caret: number, name: string): { text: string; caret: number } {
  const put = `@${name} `
  const after = text.slice(caret).replace(/^ /, '')
  return { text: text.slice(0, trigger.from) + put + after, caret: trigger.from + put.length }
}

/** Who is to be told: those chosen whose name still stands in the text. */
export function mentioned(text: string, chosen: ReadonlyMap<string, string>): string[] {
  return [...chosen].filter(([, name]) => new RegExp(`@${escape(name)}(?![\\p{L}\\p{N}])`, 'u').test(text)).map(([id]) => id)
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
