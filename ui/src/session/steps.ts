/** How far signing in is, in a bar and in the three things a person knows it by. */
import type { SignInStep } from '$shared/ipc'

const STEPS: readonly SignInStep[] = ['finding-server', 'checking-password', 'opening-store', 'joining-chat', 'setting-up-encryption', 'done']

export type Part = 'account' | 'computer' | 'chat'
export type PartState = 'done' | 'now' | 'later'

/** The last step that belongs to each part. */
const ENDS: [Part, SignInStep][] = [
  ['account', 'checking-password'],
  ['computer', 'opening-store'],
  ['chat', 'setting-up-encryption'],
]

export function percentOf(step: SignInStep): number {
  return Math.round(((STEPS.indexOf(step) + 1) / STEPS.length) * 100)
}

export function partsOf(step: SignInStep): { part: Part; state: PartState }[] {
  const at = STEPS.indexOf(step)
  const ends = ENDS.map(([, end]) => STEPS.indexOf(end))
  const now = ends.findIndex((end) => at <= end)
  return ENDS.map(([part], i) => ({ part, state: now < 0 || i < now ? 'done' : i === now ? 'now' : 'later' }))
}
