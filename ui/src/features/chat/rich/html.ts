/** Reads the HTML of a message into nodes that are allowed. Nothing of it ever becomes markup of the window. */

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'rule' }
  | { kind: 'element'; tag: Tag; start?: number; children: Node[] }
  | { kind: 'code'; text: string; language: string | null }
  | { kind: 'spoiler'; children: Node[] }
  | { kind: 'link'; href: string; children: Node[] }
  | { kind: 'mention'; id: string | null; text: string }

const TAGS = ['p', 'strong', 'em', 'u', 's', 'code', 'sub', 'sup', 'blockquote', 'ul', 'ol', 'li', 'h3', 'h4', 'table', 'thead', 'tbody', 'tr', 'th', 'td'] as const
type Tag = (typeof TAGS)[number]

/** What a tag is shown as; headings of a message never outrank the window's. */
const AS: Record<string, Tag> = { ...Object.fromEntries(TAGS.map((tag) => [tag, tag])), b: 'strong', i: 'em', del: 's', strike: 's', h1: 'h3', h2: 'h3', h5: 'h4', h6: 'h4', div: 'p' }

/** Left out with all that is in them. A reply's fallback is shown as a quote already. */
const DROPPED = new Set(['script', 'style', 'head', 'title', 'template', 'iframe', 'object', 'embed', 'noscript', 'svg', 'math', 'video', 'audio', 'canvas', 'form', 'input', 'button', 'select', 'textarea', 'mx-reply'])

/** Deeper than anybody writes; a hostile message must not exhaust the stack. */
const DEEPEST = 40

export function readHtml(html: string): Node[] {
  // The parsed document is inert: scripts do not run and nothing is fetched.
  return trim(readAll(new DOMParser().parseFromString(html, 'text/html').body, 0, false))
}

function readAll(parent: Element, depth: number, inLink: boolean): Node[] {
  return [...parent.childNodes].flatMap((child) => read(child, depth, inLink))
}

function read(node: ChildNode, depth: number, inLink: boolean): Node[] {
  if (node.nodeType === 3) return node.nodeValue === null || node.nodeValue === '' ? [] : [{ kind: 'text', text: node.nodeValue }]
  if (!(node instanceof Element)) return []
  const name = node.localName.toLowerCase()
  if (DROPPED.has(name)) return []
  if (depth >= DEEPEST) return [{ kind: 'text', text: node.textContent }]
  const children = () => readAll(node, depth + 1, inLink)
  switch (name) {
    case 'br':
      return [{ kind: 'break' }]
    case 'hr':
      return [{ kind: 'rule' }]
    case 'img':
      return textOf(node.getAttribute('alt') ?? '')
    case 'pre':
      return [{ kind: 'code', text: node.textContent.replace(/\n$/, ''), language: languageOf(node) }]
    case 'a':
      return inLink ? children() : readLink(node, depth)
    case 'ol':
      return [{ kind: 'element', tag: 'ol', start: Number.parseInt(node.getAttribute('start') ?? '1', 10) || 1, children: children() }]
    case 'span':
      return node.hasAttribute('data-mx-spoiler') ? [{ kind: 'spoiler', children: children() }] : children()
  }
  const tag = Object.hasOwn(AS, name) ? AS[name] : undefined
  return tag === undefined ? children() : [{ kind: 'element', tag, children: children() }]
}

function readLink(node: Element, depth: number): Node[] {
  const href = node.getAttribute('href') ?? ''
  const person = /^https:\/\/matrix\.to\/#\/(@[^/?]+)/.exec(href)?.[1]
  if (person !== undefined) {
    const text = node.textContent.trim()
    return [{ kind: 'mention', id: decode(person), text: text.startsWith('@') ? text : `@${text}` }]
  }
  const children = readAll(node, depth + 1, true)
  return isOpenable(href) ? [{ kind: 'link', href, children }] : children
}

/** What may be handed to the desktop. */
export function isOpenable(href: string): boolean {
  return /^(https?:\/\/[^\s/]|mailto:[^\s@]+@)/i.test(href)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function languageOf(pre: Element): string | null {
  return /(?:^|\s)language-([\w+#-]+)/.exec(pre.querySelector('code')?.className ?? '')?.[1] ?? null
}

function textOf(text: string): Node[] {
  return text === '' ? [] : [{ kind: 'text', text }]
}

/** Blank text between blocks, and breaks at the end, would show as empty lines. */
function trim(nodes: Node[]): Node[] {
  const isBlank = (node: Node | undefined) => node?.kind === 'break' || (node?.kind === 'text' && node.text.trim() === '')
  let end = nodes.length
  while (end > 0 && isBlank(nodes[end - 1])) end -= 1
  return nodes.slice(0, end)
}
