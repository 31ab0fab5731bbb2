/** What a comparison says at each of its steps. */
import type { Emoji, Verification, VerificationEnd } from '$shared/ipc'
import { t, type Key } from '$shared/i18n'
import en from '$shared/i18n/en'

const ENDS: Record<VerificationEnd, Key> = { declined: 'security.endedDeclined', 'timed-out': 'security.endedTimedOut', differed: 'security.endedDiffered', failed: 'security.endedFailed' }

export function titleOf(flow: Verification): string {
  if (!flow.own) return t('security.verifyTitle', { name: flow.name })
  return flow.incoming ? t('security.verifyOwnTitle') : t('security.verifyThisTitle')
}

export function textOf(flow: Verification): string {
  const { name, own, step } = flow
  const device = flow.device ?? t('security.deviceUnnamed')
  switch (step.kind) {
    case 'asked':
      return own ? t('security.askedOwn', { device }) : t('security.askedPerson', { name })
    case 'waiting':
      return own ? t('security.waitingOwn') : t('security.waitingPerson', { name })
    case 'preparing':
      return t('security.preparing')
    case 'compare':
      return own ? t('security.compareOwn') : t('security.comparePerson', { name })
    case 'confirmed':
      return t('security.confirmed')
    case 'done':
      return own ? t('security.doneOwn') : t('security.donePerson', { name })
    case 'ended':
      return t(ENDS[step.why])
  }
}

/** In the person's language; a number that is not in the table keeps the name that came with it. */
export function nameOf(emoji: Emoji): string {
  const key = `sas.${String(emoji.number)}`
  return key in en ? t(key as Key) : emoji.name
}
