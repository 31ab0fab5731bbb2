/** Reads plain text into the same nodes: links, line breaks and the names of people in the room. */
import { isOpenable, type Node } from './html'

const LINK = /https?:\/\/[^\s<>"'`]+|\bmailto:[^\s<>"'`]+/gi

export function readPlain(text: string): Node[] {
  return text.split('\n').flatMap((line, i): Node[] => (i === 0 ? linked(line) : [{ kind: 'break' }, ...linked(line)]))
}

/** Addresses in a text become links; what closes a sentence is not part of them. */
export function linked(text: string): Node[] {
  const out: Node[] = []
  let from = 0
  for (const match of text.matchAll(LINK)) {
    const href = bare(match[0])
    if (!isOpenable(href)) continue
    if (match.index > from) out.push({ kind: 'text', text: text.slice(from, match.index) })
    out.push({ kind: 'link', href, children: [{ kind: 'text', text: href }] })
    from = match.index + href.length
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) })
  return out
}

function bare(address: string): string {
  let out = address.replace(/[.,;:!?…]+$/, '')
  // A closing bracket belongs to the address only where it opened one.
  while (out.endsWith(')') && count(out, ')') > count(out, '(')) out = out.slice(0, -1)
  return out
}

function count(text: string, char: string): number {
  return text.split(char).length - 1
}

/** Whether a message is a few emoji and nothing else, which are drawn large. */
export function isEmojiOnly(text: string): boolean {
  return /^(?:(?:\p{Extended_Pictographic}|\p{RI}\p{RI})(?:\p{M}|\u200d\p{Extended_Pictographic}|\ufe0f|[\u{1f3fb}-\u{1f3ff}])*\s*){1,3}$/u.test(text.trim())
}

/** Marks "@Name" of people in the room, in text that is neither code nor a link; the longest name wins. */
export function withMentions(nodes: readonly Node[], names: readonly string[]): Node[] {
  const known = names.filter((name) => name !== '').sort((a, b) => b.length - a.length)
  if (known.length === 0) return [...nodes]
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])@(?:${known.map(escape).join('|')})(?![\\p{L}\\p{N}])`, 'gu')
  return nodes.flatMap((node) => mark(node, pattern))
}

function mark(node: Node, pattern: RegExp): Node[] {
  if (node.kind === 'element' && node.tag !== 'code') return [{ ...node, children: node.children.flatMap((child) => mark(child, pattern)) }]
  if (node.kind === 'spoiler') return [{ ...node, children: node.children.flatMap((child) => mark(child, pattern)) }]
  if (node.kind !== 'text') return [node]
  const out: Node[] = []
  let from = 0
  for (const match of node.text.matchAll(pattern)) {
    if (match.index > from) out.push({ kind: 'text', text: node.text.slice(from, match.index) })
    out.push({ kind: 'mention', id: null, text: match[0] })
    from = match.index + match[0].length
  }
  if (from < node.text.length) out.push({ kind: 'text', text: node.text.slice(from) })
  return out
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Links in text that came inside HTML, outside code and other links. */
export function withLinks(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.kind === 'text') return linked(node.text)
    if ((node.kind === 'element' && node.tag !== 'code') || node.kind === 'spoiler') return [{ ...node, children: withLinks(node.children) }]
    return [node]
  })
}
