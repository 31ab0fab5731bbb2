/** The corner the floating call sits in; kept while the window lives. */
type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

type Box = { left: number; right: number; top: number; bottom: number }

class Dock {
  corner = $state<Corner>('bottom-right')
}

export const dock = new Dock()

/** The nearest corner of the room, by the middle of what was let go. */
export function cornerOf(box: Box, room: Box): Corner {
  const high = box.top + box.bottom < room.top + room.bottom
  const left = box.left + box.right < room.left + room.right
  return `${high ? 'top' : 'bottom'}-${left ? 'left' : 'right'}`
}

/** Where an arrow key moves it; null for other keys. */
export function moved(corner: Corner, key: string): Corner | null {
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right']
  switch (key) {
    case 'ArrowUp':
      return `top-${horizontal}`
    case 'ArrowDown':
      return `bottom-${horizontal}`
    case 'ArrowLeft':
      return `${vertical}-left`
    case 'ArrowRight':
      return `${vertical}-right`
    default:
      return null
  }
}
