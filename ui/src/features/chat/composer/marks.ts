/** Markdown marks around what is selected. Pure. */

export type Edit = { text: string; from: number; to: number }
export type Mark = 'bold' | 'italic' | 'strike' | 'code' | 'quote' | 'bullets' | 'link'

const AROUND = { bold: '**', italic: '_', strike: '~~' } as const

/** The text with the mark put, or taken away where it stands already, and what is selected after. */
export function mark(text: string, from: number, to: number, kind: Mark): Edit {
  switch (kind) {
    case 'bold':
    case 'italic':
    case 'strike':
      return around(text, from, to, AROUND[kind])
    case 'code':
      return text.slice(from, to).includes('\n') ? fence(text, from, to) : around(text, from, to, '`')
    case 'quote':
      return lines(text, from, to, '> ')
    case 'bullets':
      return lines(text, from, to, '- ')
    case 'link':
      return link(text, from, to)
  }
}

function around(text: string, from: number, to: number, sign: string): Edit {
  const size = sign.length
  if (text.slice(from - size, from) === sign && text.slice(to, to + size) === sign) return { text: text.slice(0, from - size) + text.slice(from, to) + text.slice(to + size), from: from - size, to: to - size }
  return { text: text.slice(0, from) + sign + text.slice(from, to) + sign + text.slice(to), from: from + size, to: to + size }
}

function fence(text: string, from: number, to: number): Edit {
  const before = from === 0 || text[from - 1] === '\n' ? '```\n' : '\n```\n'
  const after = to === text.length || text[to] === '\n' ? '\n```' : '\n```\n'
  return { text: text.slice(0, from) + before + text.slice(from, to) + after + text.slice(to), from: from + before.length, to: to + before.length }
}

function lines(text: string, from: number, to: number, sign: string): Edit {
  const start = text.lastIndexOf('\n', from - 1) + 1
  const chosen = text.slice(start, to)
  const all = chosen.split('\n')
  const marked = all.every((line) => line.startsWith(sign)) ? all.map((line) => line.slice(sign.length)) : all.map((line) => sign + line)
  const put = marked.join('\n')
  const end = start + put.length
  return { text: text.slice(0, start) + put + text.slice(to), from: from === to ? end : start, to: end }
}

function link(text: string, from: number, to: number): Edit {
  const words = text.slice(from, to)
  const put = `[${words}](https://)`
  const at = words === '' ? from + 1 : from + put.length - 1
  return { text: text.slice(0, from) + put + text.slice(to), from: at, to: at }
}
