/** The last message of a room in one line. */
import type { LastMessage, Preview } from '$shared/ipc'
import { t } from '$shared/i18n'
import { firstName } from '$shared/person_words'

export function previewText(preview: Preview): string {
  switch (preview.kind) {
    case 'text':
      return preview.text
    case 'file':
    case 'card':
      return preview.name
    case 'image':
      return t('chat.previewImage')
    case 'call':
      return t('chat.previewCall')
    case 'redacted':
      return t('chat.previewRedacted')
    case 'undecryptable':
      return t('chat.previewUndecryptable')
    // Of all comings and goings only one's own coming in is a room's latest event.
    case 'membership':
      return t('chat.joinedOwn')
    case 'other':
      return t('chat.previewOther')
  }
}

export function previewIcon(preview: Preview): string | null {
  return { text: null, image: 'image', file: 'paperclip', card: 'folder', call: 'video', redacted: 'trash-2', undecryptable: 'lock', membership: null, other: null }[preview.kind]
}

/** Who said it; nobody in a conversation of two but oneself, nor where nobody speaks. */
export function speaker(last: LastMessage, direct: boolean): string | null {
  if (last.preview.kind === 'membership' || last.preview.kind === 'other') return null
  if (last.own) return t('chat.you')
  return direct ? null : firstName(last.senderName)
}
