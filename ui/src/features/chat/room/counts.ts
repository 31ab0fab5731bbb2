/** Small numbers as words, as people say them. */
import { t } from '$shared/i18n'
import { language } from '$shared/i18n/language.svelte'

const WORDS = {
  en: ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'],
  de: ['Keine', 'Eine', 'Zwei', 'Drei', 'Vier', 'Fünf', 'Sechs', 'Sieben', 'Acht', 'Neun', 'Zehn'],
}
const ORDINALS = {
  en: ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'],
  de: ['erster', 'zweiter', 'dritter', 'vierter', 'fünfter', 'sechster', 'siebter', 'achter', 'neunter', 'zehnter'],
}

/** What waits for the network, or for a chat that is away by itself. */
export function queuedText(count: number, away = false): string {
  if (count === 0) return away ? t('chat.awayNone') : t('chat.offlineNone')
  if (count === 1) return away ? t('chat.awayOne') : t('chat.offlineOne')
  return t(away ? 'chat.awayMany' : 'chat.offlineMany', { count: WORDS[language.current][count] ?? count })
}

export function ordinal(count: number): string {
  return ORDINALS[language.current][count - 1] ?? `${String(count)}.`
}

/** How many people are in a room. */
export function membersText(count: number): string {
  return count === 1 ? t('chat.membersOne') : t('chat.members', { count })
}
