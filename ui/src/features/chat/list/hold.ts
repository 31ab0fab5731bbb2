/** Rows keep their place while somebody points at them. Pure. */

/** The order to show: the core's, or, while held, the shown one with what is new at its end. */
export function heldOrder(shown: readonly string[], wanted: readonly string[], held: boolean): string[] {
  if (!held || shown.length === 0) return [...wanted]
  const there = new Set(wanted)
  const known = new Set(shown)
  return [...shown.filter((id) => there.has(id)), ...wanted.filter((id) => !known.has(id))]
}
