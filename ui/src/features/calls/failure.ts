/** Why a call does not go on, in words that say what to do. */
import { errorText, t } from '$shared/i18n'

export function failureText(code: string): string {
  switch (code) {
    case 'media-missing':
      return t('calls.failedMedia')
    case 'media-wrong':
      return t('calls.failedMediaWrong')
    case 'forbidden':
      return t('calls.failedForbidden')
    case 'calls-unavailable':
      return t('calls.failedUnavailable')
    case 'offline':
      return t('calls.failedOffline')
    case 'not-found':
      return t('calls.failedNotFound')
    case 'internal':
      return t('calls.failedOther')
    default:
      return errorText(code)
  }
}
