/** Reads the shapes of an icon's SVG text, so that they can be drawn without putting markup into the page. */
import { icons } from './icons'

type Shape = { tag: string; attributes: Record<string, string> }

const SVG = 'http://www.w3.org/2000/svg'

const known = new Map<string, DocumentFragment>()

/** The nodes of an icon; none for an unknown name. Made once and copied: a window has icons by the hundred. */
export function drawingOf(name: string): Node {
  let drawing = known.get(name)
  if (!drawing) {
    drawing = document.createDocumentFragment()
    drawing.append(...readShapes(icons[name] ?? '').map(draw))
    known.set(name, drawing)
  }
  return drawing.cloneNode(true)
}

function draw({ tag, attributes }: Shape): Element {
  const node = document.createElementNS(SVG, tag)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  return node
}

export function readShapes(svg: string): Shape[] {
  const shapes: Shape[] = []
  for (const [, tag, rest] of svg.matchAll(/<(path|circle|ellipse|line|polygon|polyline|rect)\s([^>]*?)\/?>/g)) {
    const attributes: Record<string, string> = {}
    for (const [, key, value] of (rest ?? '').matchAll(/([\w-]+)="([^"]*)"/g)) attributes[key ?? ''] = value ?? ''
    shapes.push({ tag: tag ?? 'path', attributes })
  }
  return shapes
}
