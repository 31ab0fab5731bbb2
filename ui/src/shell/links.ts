/** Opens `telestack://` links: those that the desktop hands over, and those behind notifications. */
import { onLink } from '$shared/ipc'
import { nav } from '$shared/nav.svelte'
import { reveal } from '../features/files'
import { people } from '../features/people'

export type Target = { kind: 'room' | 'person'; id: string } | { kind: 'file'; drive: string; id: string }

/** Follows links until the returned function is called. */
export function followLinks(): () => void {
  return onLink((link) => {
    const target = readLink(link)
    if (target?.kind === 'room') nav.openRoom(target.id)
    else if (target?.kind === 'file') void reveal(target.drive, target.id)
    else if (target) {
      nav.go('people')
      people.choose(target.id)
    }
  })
}

/** What a link names; null where it names nothing that this window can open. */
export function readLink(link: string): Target | null {
  const [kind, ...parts] = link.replace(/^telestack:\/\//, '').split('/')
  let named: string[]
  try {
    named = parts.map(decodeURIComponent)
  } catch {
    return null
  }
  const [first, second, ...more] = named
  if (!first || more.length > 0) return null
  if (kind === 'file') return second ? { kind, drive: first, id: second } : null
  return (kind === 'room' || kind === 'person') && second === undefined ? { kind, id: first } : null
}
