/** Where a pop-up goes so that it stays in the window. Pure, in CSS pixels. */

export type Box = { left: number; top: number; right: number; bottom: number }
export type Size = { width: number; height: number }

const GAP = 4
const EDGE = 8

/** Below its anchor and aligned to its start or end; above where below has no room. */
export function place(anchor: Box, size: Size, view: Size, align: 'start' | 'end' = 'start'): { left: number; top: number } {
  const wantedLeft = align === 'start' ? anchor.left : anchor.right - size.width
  const left = Math.max(EDGE, Math.min(wantedLeft, view.width - size.width - EDGE))
  const below = anchor.bottom + GAP
  const above = anchor.top - GAP - size.height
  const fitsBelow = below + size.height <= view.height - EDGE
  const top = fitsBelow ? below : above >= EDGE ? above : Math.max(EDGE, view.height - size.height - EDGE)
  return { left, top }
}

/** A menu at the pointer. */
export function atPoint(x: number, y: number): Box {
  return { left: x, right: x, top: y - GAP, bottom: y - GAP }
}
