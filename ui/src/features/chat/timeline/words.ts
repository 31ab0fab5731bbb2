/** What happened in a room, in words. */
import type { Message, NoticeKind, TimelineItem } from '$shared/ipc'
import { t } from '$shared/i18n'
import { firstName } from '$shared/person_words'
import { me } from '$shared/stores/me.svelte'

type Notice = TimelineItem & { kind: 'notice' }

export function noticeText({ what, sender }: Notice): string {
  const own = sender.id === me.matrixId
  const by = firstName(sender.name)
  switch (what.kind) {
    case 'joined':
      return t(own ? 'chat.joinedOwn' : 'chat.joined', { name: what.name })
    case 'left':
      return t(own ? 'chat.leftOwn' : 'chat.left', { name: what.name })
    case 'invited':
      if (what.id === me.matrixId) return t('chat.invitedYou', { by })
      return t(own ? 'chat.invitedOwn' : 'chat.invitedPerson', { by, name: what.name })
    case 'declined':
      return t('chat.declined', { name: what.name })
    case 'removed':
      if (what.id === me.matrixId) return t('chat.removedYou', { by })
      return t(own ? 'chat.removedOwn' : 'chat.removed', { by, name: what.name })
    case 'renamed':
      return t(own ? 'chat.renamedOwn' : 'chat.renamed', { by, name: what.name })
    case 'topic':
      if (what.text === '') return t(own ? 'chat.topicGoneOwn' : 'chat.topicGone', { by })
      return t(own ? 'chat.topicOwn' : 'chat.topic', { by, text: what.text })
    case 'encrypted':
      return t('chat.encryptedNow')
    case 'created':
      return t(own ? 'chat.createdOwn' : 'chat.created', { by })
    case 'call-started':
      return t(own ? 'chat.callStartedOwn' : 'chat.callStarted', { by })
    case 'call-ended':
      return t('chat.callEnded')
    case 'other':
      return t(own ? 'chat.noticeOtherOwn' : 'chat.noticeOther', { by })
  }
}

export function noticeIcon(what: NoticeKind): string {
  return { joined: 'users', left: 'log-out', invited: 'user-plus', declined: 'x', removed: 'log-out', renamed: 'pencil', topic: 'info', encrypted: 'lock', created: 'message-circle', 'call-started': 'video', 'call-ended': 'phone-off', other: 'info' }[what.kind]
}

/** The first few told, the rest counted. */
export function noticesText(items: readonly Notice[]): string {
  const told = items.length <= 3 ? items : items.slice(0, 2)
  const names = told.map(noticeText).join(' · ')
  return told.length === items.length ? names : t('chat.noticesMany', { names, count: items.length - told.length })
}

export function callText(message: Message): string {
  const name = firstName(message.sender.name)
  const rang = message.body.kind === 'call' && message.body.notification
  if (message.own) return rang ? t('chat.callRangOwn') : t('chat.callOwn')
  return rang ? t('chat.callRang', { name }) : t('chat.call', { name })
}

/** What a message says, for copying. */
export function plainText(message: Message): string | null {
  const { body } = message
  if (body.kind === 'text') return body.text
  return body.kind === 'image' ? body.caption : null
}

/** Why a message was not sent. */
export function failureText(message: Message): string {
  switch (message.failure) {
    case 'too-large':
      return message.body.kind === 'text' ? t('chat.tooLong') : t('chat.tooLargeFile')
    case 'not-allowed':
      return t('chat.notAllowed')
    case 'unverified':
      return t('chat.unverifiedSend')
    default:
      return t('chat.notSent')
  }
}
