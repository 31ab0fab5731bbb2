/** Names, roles and presence in words. */
import type { PersonView } from '$shared/ipc'
import { t } from '$shared/i18n'

export function firstName(name: string): string {
  return name.split(' ')[0] ?? name
}

export function roleText(role: PersonView['role']): string {
  return {
    owner: t('people.owner'),
    administrator: t('people.administrator'),
    clinician: t('people.clinician'),
    reception: t('people.reception'),
    member: t('people.member'),
    guest: t('people.guest'),
    patient: t('people.patient'),
  }[role]
}

export function presenceText(presence: PersonView['presence']): string {
  return {
    online: t('people.online'),
    away: t('people.away'),
    busy: t('people.busy'),
    offline: t('people.offline'),
    unknown: t('people.unknown'),
  }[presence]
}
