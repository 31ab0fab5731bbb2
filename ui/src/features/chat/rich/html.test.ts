import { expect, it } from 'vitest'
import { isOpenable, readHtml, type Node } from './html'

const text = (value: string): Node => ({ kind: 'text', text: value })

it('keeps what a message may look like', () => {
  expect(readHtml('<p>A <b>bold</b> <i>word</i></p>')).toEqual([{ kind: 'element', tag: 'p', children: [text('A '), { kind: 'element', tag: 'strong', children: [text('bold')] }, text(' '), { kind: 'element', tag: 'em', children: [text('word')] }] }])
  expect(readHtml('a<br>b')).toEqual([text('a'), { kind: 'break' }, text('b')])
  expect(readHtml('<h1>T</h1>')).toEqual([{ kind: 'element', tag: 'h3', children: [text('T')] }])
})

it('reads code with its language, without marks inside', () => {
  expect(readHtml('<pre><code class="language-rust">let <b>x</b> = 1;\n</code></pre>')).toEqual([{ kind: 'code', text: 'let x = 1;', language: 'rust' }])
})

it('drops what could act', () => {
  expect(readHtml('<script>alert(1)</script><style>*{}</style><iframe src="https://x"></iframe><svg onload=alert(1)></svg>ok')).toEqual([text('ok')])
  expect(readHtml('<form><input value="x"><button>Sign in</button></form>safe')).toEqual([text('safe')])
  const nodes = readHtml('<p onclick="alert(1)" style="position:fixed" class="x" id="y">text</p>')
  expect(nodes).toEqual([{ kind: 'element', tag: 'p', children: [text('text')] }])
})

it('shows an unknown tag as its text, and a picture as its words', () => {
  expect(readHtml('<marquee>hey <b>you</b></marquee><img src="https://x/track.png" alt="a cat" onerror="alert(1)">')).toEqual([text('hey '), { kind: 'element', tag: 'strong', children: [text('you')] }, text('a cat')])
  expect(readHtml('<constructor>x</constructor><__proto__>y</__proto__>').map((node) => node.kind)).toEqual(['text', 'text'])
})

it('lets only addresses through that the desktop may open', () => {
  expect(readHtml('<a href="https://example.org/a">there</a>')).toEqual([{ kind: 'link', href: 'https://example.org/a', children: [text('there')] }])
  for (const href of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'tsres://localhost/x', ' https://x', '//evil', 'vbscript:x']) {
    expect(readHtml(`<a href="${href}">there</a>`), href).toEqual([text('there')])
  }
  expect(isOpenable('mailto:a@b.c')).toBe(true)
})

it('never nests links', () => {
  const nested = (node: Node, inLink: boolean): boolean => (node.kind === 'link' && inLink) || ('children' in node && node.children.some((child) => nested(child, inLink || node.kind === 'link')))
  expect(readHtml('<a href="https://a"><span><a href="https://b">x</a></span></a>').some((node) => nested(node, false))).toBe(false)
})

it('shows people as mentions', () => {
  expect(readHtml('<a href="https://matrix.to/#/@amara:example.org">Amara</a>: hi')).toEqual([{ kind: 'mention', id: '@amara:example.org', text: '@Amara' }, text(': hi')])
  expect(readHtml('<a href="https://matrix.to/#/@a%E0%A4%A:x">A</a>')[0]).toMatchObject({ kind: 'mention' })
})

it('survives what is built to break it', () => {
  const deep = '<b>'.repeat(500) + 'x' + '</b>'.repeat(500)
  expect(JSON.stringify(readHtml(deep))).toContain('"x"')
  expect(readHtml('<mx-reply>old</mx-reply>new')).toEqual([text('new')])
  expect(readHtml('<!-- c --><p>')).toEqual([{ kind: 'element', tag: 'p', children: [] }])
})
