/** File names lose their middle and keep the ending, so that the kind of file and its number stay readable. */

/** Splits so that CSS can cut the first part and always show the second. */
export function splitName(name: string, tail = 6): { head: string; tail: string } {
  const characters = Array.from(name)
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? Array.from(name.slice(dot)).length : 0
  const keep = extension > 0 && extension <= 10 ? extension + tail : tail * 2
  if (characters.length <= keep + tail) return { head: name, tail: '' }
  return { head: characters.slice(0, -keep).join(''), tail: characters.slice(-keep).join('') }
}
