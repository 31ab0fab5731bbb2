/** Pictures behind tsres://, drawn: a landscape for what was photographed, a page for documents. */

/** An unknown scheme would only fail, so sources of images are exchanged before the browser sees them. */
export function drawPictures(): void {
  // It is called with the element it belongs to.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const setAttribute = Element.prototype.setAttribute
  Element.prototype.setAttribute = function (name: string, value: string) {
    setAttribute.call(this, name, this instanceof HTMLImageElement && name === 'src' ? exchange(value) : value)
  }
  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')
  Object.defineProperty(HTMLImageElement.prototype, 'src', {
    ...source,
    set(this: HTMLImageElement, value: string) {
      source?.set?.call(this, exchange(value))
    },
  })
}

function exchange(url: string): string {
  if (!url.startsWith('tsres://localhost/')) return url
  const svg = /plan|pdf/.test(url) ? page() : landscape(hash(url.split('?')[0] ?? url))
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

function hash(text: string): number {
  let value = 7
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 997
  return value
}

function landscape(seed: number): string {
  const hue = (seed * 47) % 360
  const hills = [0, 1, 2].map((layer) => {
    const base = 190 + layer * 48
    const wave = (x: number) => base - 34 * Math.sin(x / (70 + layer * 22) + seed + layer * 2)
    const points = Array.from({ length: 21 }, (_, i) => `${String(i * 24)},${wave(i * 24).toFixed(0)}`).join(' ')
    return `<polygon points="0,360 ${points} 480,360" fill="hsl(${String(hue + 20 + layer * 12)} 34% ${String(48 - layer * 13)}%)"/>`
  })
  const sun = `<circle cx="${String(110 + (seed % 260))}" cy="118" r="34" fill="hsl(${String((hue + 40) % 360)} 90% 88%)"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="360" viewBox="0 0 480 360"><defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${String(hue)} 58% 60%)"/><stop offset="1" stop-color="hsl(${String((hue + 50) % 360)} 78% 84%)"/></linearGradient></defs><rect width="480" height="360" fill="url(#s)"/>${sun}${hills.join('')}</svg>`
}

function page(): string {
  const rooms = ['40,60 180,120', '220,60 100,120', '320,60 120,200', '40,180 140,80', '180,180 140,80'].map((each) => {
    const [at = '', size = ''] = each.split(' ')
    const [x = '', y = ''] = at.split(',')
    const [width = '', height = ''] = size.split(',')
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="#3b4252" stroke-width="4"/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="360" viewBox="0 0 480 360"><rect width="480" height="360" fill="#fbfbf8"/>${rooms.join('')}<g fill="#b9bfca"><rect x="40" y="24" width="160" height="10"/><rect x="40" y="290" width="240" height="6"/><rect x="40" y="306" width="200" height="6"/></g></svg>`
}
