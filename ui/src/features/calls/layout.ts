/** Where tiles stand on the stage, in CSS pixels. Pure, so that the picture and its frame always agree. */

import type { Rect } from '$shared/frames/renderer'

export const GAP = 8
const PAGE_SIZE = 9
const WIDEST = 16 / 9
const NARROWEST = 1

/** Tiles of one page; from ten on the stage turns pages. */
export function pageOf<T>(tiles: readonly T[], page: number): T[] {
  return tiles.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)
}

export function pageCount(tiles: number): number {
  return Math.max(1, Math.ceil(tiles / PAGE_SIZE))
}

/** How many tiles stand in each row; later rows get the remainder (two over three for five). */
export function rowSizes(count: number, rows: number): number[] {
  const base = Math.floor(count / rows)
  const more = count % rows
  return Array.from({ length: rows }, (_, row) => base + (row >= rows - more ? 1 : 0))
}

/**
 * Rows fill the stage. A tile's shape stays between 1:1 and 16:9; of all numbers of rows the one that covers
 * most is taken, the fewer rows where it makes hardly a difference.
 */
export function gridLayout(count: number, width: number, height: number, gap = GAP): Rect[] {
  if (count === 0 || width <= 0 || height <= 0) return []
  let best: Rect[] = []
  let bestScore = 0
  for (let rows = 1; rows <= count; rows++) {
    const rects = layRows(rowSizes(count, rows), width, height, gap)
    const areas = rects.map((rect) => rect.width * rect.height)
    const score = areas.reduce((sum, area) => sum + area, 0) + Math.min(...areas) * count
    if (score > bestScore * 1.02) {
      best = rects
      bestScore = score
    }
  }
  return best
}

function layRows(sizes: number[], width: number, height: number, gap: number): Rect[] {
  const room = height - gap * (sizes.length - 1)
  if (room <= 0) return []
  const widths = sizes.map((size) => Math.max(1, (width - gap * (size - 1)) / size))
  const heights = shareHeight(widths, room)
  const used = heights.reduce((sum, h) => sum + h, 0) + gap * (sizes.length - 1)
  let y = Math.max(0, (height - used) / 2)
  const rects: Rect[] = []
  sizes.forEach((size, row) => {
    const tileHeight = heights[row] ?? 0
    const tileWidth = Math.min(widths[row] ?? 0, tileHeight * WIDEST)
    const rowWidth = tileWidth * size + gap * (size - 1)
    let x = (width - rowWidth) / 2
    for (let i = 0; i < size; i++) {
      rects.push({ x, y, width: tileWidth, height: tileHeight })
      x += tileWidth + gap
    }
    y += tileHeight + gap
  })
  return rects
}

/** Shares the height between rows; a row that would become narrower than 1:1 gives the rest to the others. */
function shareHeight(widths: number[], room: number): number[] {
  const most = widths.map((width) => width / NARROWEST)
  const heights = widths.map(() => 0)
  const open = new Set(widths.keys())
  let left = room
  while (open.size > 0) {
    const share = left / open.size
    const full = [...open].filter((row) => (most[row] ?? 0) <= share)
    if (full.length === 0) {
      for (const row of open) heights[row] = share
      break
    }
    for (const row of full) {
      heights[row] = most[row] ?? 0
      left -= heights[row] ?? 0
      open.delete(row)
    }
  }
  return heights
}

/** The floating call: the first takes two thirds, the two after it stand in a column. */
export function miniLayout(count: number, width: number, height: number, gap: number): Rect[] {
  if (count < 3) return gridRow(count, width, height, gap)
  const main = Math.round(((width - gap) * 2) / 3)
  const side = { x: main + gap, width: width - main - gap, height: (height - gap) / 2 }
  return [{ x: 0, y: 0, width: main, height }, { ...side, y: 0 }, { ...side, y: side.height + gap }]
}

function gridRow(count: number, width: number, height: number, gap: number): Rect[] {
  const each = (width - gap * (count - 1)) / count
  return Array.from({ length: count }, (_, i) => ({ x: i * (each + gap), y: 0, width: each, height }))
}

export type Focus = { big: Rect; strip: Rect[] }

/** One big place and a strip under it; the strip shows as many as fit, at least one. */
export function focusLayout(others: number, width: number, height: number, gap = GAP): Focus {
  if (others === 0 || height < 240) return { big: { x: 0, y: 0, width, height }, strip: [] }
  const stripHeight = Math.min(124, Math.max(72, height * 0.2))
  const fit = Math.max(1, Math.floor((width + gap) / (stripHeight + gap)))
  const shown = Math.min(others, fit)
  const tileWidth = Math.min(stripHeight * WIDEST, (width - gap * (shown - 1)) / shown)
  const rowWidth = tileWidth * shown + gap * (shown - 1)
  const big = { x: 0, y: 0, width, height: height - stripHeight - gap }
  const strip = Array.from({ length: shown }, (_, i) => ({
    x: (width - rowWidth) / 2 + i * (tileWidth + gap),
    y: height - stripHeight,
    width: tileWidth,
    height: stripHeight,
  }))
  return { big, strip }
}
