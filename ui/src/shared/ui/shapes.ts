/** Reads the shapes of an icon's SVG text, so that they can be drawn without putting markup into the page. */
import { icons } from './icons'

type Shape = { tag: string; attributes: Record<string, string> }

const known = new Map<string, Shape[]>()

/** An unknown name draws nothing. */
export function shapesOf(name: string): Shape[] {
  let shapes = known.get(name)
  if (!shapes) {
    shapes = readShapes(icons[name] ?? '')
    known.set(name, shapes)
  }
  return shapes
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
