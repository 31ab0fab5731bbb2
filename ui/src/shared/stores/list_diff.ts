/** One change of a list that Rust owns; the shape of `ListDiff` in crates/model/src/list_diff.rs. */
export type ListDiff<T> =
  | { op: 'reset'; items: T[] }
  | { op: 'append'; items: T[] }
  | { op: 'push-front'; item: T }
  | { op: 'push-back'; item: T }
  | { op: 'pop-front' }
  | { op: 'pop-back' }
  | { op: 'insert'; index: number; item: T }
  | { op: 'set'; index: number; item: T }
  | { op: 'remove'; index: number }
  | { op: 'truncate'; length: number }
  | { op: 'clear' }

/** The list after the changes, in order. The given list stays as it is, so a view never sees half of a batch. */
export function applyDiffs<T>(items: readonly T[], diffs: readonly ListDiff<T>[]): T[] {
  let next = [...items]
  for (const diff of diffs) {
    switch (diff.op) {
      case 'reset':
        next = [...diff.items]
        break
      case 'append':
        next = next.concat(diff.items)
        break
      case 'push-front':
        next.unshift(diff.item)
        break
      case 'push-back':
        next.push(diff.item)
        break
      case 'pop-front':
        next.shift()
        break
      case 'pop-back':
        next.pop()
        break
      case 'insert':
        next.splice(diff.index, 0, diff.item)
        break
      case 'set':
        next[diff.index] = diff.item
        break
      case 'remove':
        next.splice(diff.index, 1)
        break
      case 'truncate':
        next = next.slice(0, diff.length)
        break
      case 'clear':
        next = []
        break
    }
  }
  return next
}
