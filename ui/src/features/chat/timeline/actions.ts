/** What can be done with a message: the same in the floating bar, the menu and by keys. */
import type { Message } from '$shared/ipc'
import { t } from '$shared/i18n'
import { toasts } from '$shared/stores/toasts.svelte'
import type { Entry } from '$shared/ui/Menu.svelte'
import { chat } from '../chat.svelte'
import type { RoomView } from '../room/view.svelte'
import { plainText } from './words'

/** Known to the server and still saying something. */
export function mayAnswer(message: Message): boolean {
  return message.eventId !== null && message.state === 'sent' && message.body.kind !== 'redacted' && message.body.kind !== 'undecryptable'
}

export function mayEdit(message: Message): boolean {
  return message.own && message.editable && message.body.kind === 'text'
}

/** Another try would end the same for what is too large; for what is not allowed it may not, later. */
export function mayRetry(message: Message): boolean {
  return message.state === 'failed' && message.failure !== 'too-large'
}

/** A file that only Files takes. */
export function mayLink(message: Message): boolean {
  return message.state === 'failed' && message.failure === 'too-large' && (message.body.kind === 'file' || message.body.kind === 'image')
}

/** Words that are too many for one message. */
export function mayTakeBack(message: Message): boolean {
  return message.state === 'failed' && message.failure === 'too-large' && message.body.kind === 'text'
}

function mayDelete(message: Message): boolean {
  return message.own && message.body.kind !== 'redacted'
}

export function actionsOf(view: RoomView, message: Message, react?: () => void): Entry[] {
  const entries: Entry[] = []
  const add = (when: boolean, entry: Exclude<Entry, 'rule'>) => when && entries.push(entry)
  const text = plainText(message)
  add(mayAnswer(message) && react !== undefined, { icon: 'smile-plus', text: t('chat.react'), run: () => react?.() })
  add(mayAnswer(message), { icon: 'reply', text: t('chat.reply'), keys: 'R', run: () => reply(view, message) })
  add(mayEdit(message), { icon: 'pencil', text: t('chat.edit'), keys: 'E', run: () => edit(view, message) })
  add(text !== null, { icon: 'copy', text: t('chat.copy'), run: () => void navigator.clipboard.writeText(text ?? '').then(() => toasts.tell(t('chat.copied'))) })
  const { body } = message
  add((body.kind === 'image' || body.kind === 'file') && message.state === 'sent', { icon: 'download', text: t('chat.save'), run: () => void view.save(message, 'name' in body ? body.name : '') })
  add(mayRetry(message), { icon: 'refresh-cw', text: t('chat.sendAgain'), run: () => void view.retry(message) })
  add(mayLink(message) && !view.linking.has(message.id), { icon: 'folder', text: t('chat.linkInstead'), run: () => void view.link(message) })
  add(mayTakeBack(message), { icon: 'pencil', text: t('chat.takeBack'), run: () => void takeBack(view, message) })
  if (mayDelete(message)) {
    if (entries.length > 0) entries.push('rule')
    entries.push({ icon: 'trash-2', text: message.state === 'sent' ? t('chat.delete') : t('chat.deleteUnsent'), keys: 'Del', danger: true, run: () => void view.remove(message) })
  }
  return entries
}

/** Runs what a key means for a message in focus; false where it means nothing. */
export function keyAction(view: RoomView, message: Message, key: string): boolean {
  switch (key.toLowerCase()) {
    case 'r':
      if (mayAnswer(message)) reply(view, message)
      return true
    case 'e':
      if (mayEdit(message)) edit(view, message)
      return true
    case 'delete':
      if (mayDelete(message)) void view.remove(message)
      return true
    default:
      return false
  }
}

function reply(view: RoomView, message: Message): void {
  view.composer.reply(message)
  chat.focusComposer()
}

export async function takeBack(view: RoomView, message: Message): Promise<void> {
  await view.takeBack(message)
  chat.focusComposer()
}

function edit(view: RoomView, message: Message): void {
  view.composer.edit(message)
  chat.focusComposer()
}
