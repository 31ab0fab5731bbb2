/** What the program can do by name, beside finding things. */
import { DIGITS } from '$shared/areas'
import { t } from '$shared/i18n'
import { nav, type Area } from '$shared/nav.svelte'
import { panes } from '$shared/ui/panes.svelte'
import { calls } from '../calls'
import { chat } from '../chat'
import { fold } from './query'

export type Command = { id: string; icon: string; title: string; keys?: string; run: () => void }

function commandList(): Command[] {
  const go = (area: Area, icon: string, title: string): Command => ({ id: `go-${area}`, icon, title, keys: `Ctrl ${DIGITS[area]}`, run: () => nav.go(area) })
  const inCall: Command[] = calls.current
    ? [
        { id: 'mute', icon: 'mic-off', title: t('palette.mute'), keys: 'M', run: () => calls.toggle('mic') },
        { id: 'camera', icon: 'video', title: t('palette.camera'), keys: 'V', run: () => calls.toggle('camera') },
        { id: 'share', icon: 'screen-share', title: t('palette.share'), keys: 'S', run: () => calls.toggle('screen') },
        { id: 'leave', icon: 'phone-off', title: t('palette.leaveCall'), run: () => calls.leave() },
      ]
    : []
  return [
    ...inCall,
    { id: 'message', icon: 'square-pen', title: t('palette.newMessage'), keys: 'Ctrl N', run: () => write('message') },
    { id: 'room', icon: 'plus', title: t('palette.newRoom'), run: () => write('room') },
    go('chat', 'message-circle', t('palette.goChat')),
    go('calls', 'video', t('palette.goCalls')),
    go('files', 'folder', t('palette.goFiles')),
    go('people', 'users', t('palette.goPeople')),
    go('settings', 'settings', t('palette.goSettings')),
    { id: 'keys', icon: 'keyboard', title: t('palette.keys'), keys: '?', run: () => (panes.keys = true) },
  ]
}

function write(kind: 'message' | 'room'): void {
  nav.go('chat')
  chat.dialog = { kind }
}

export function findCommands(text: string): Command[] {
  const wanted = fold(text)
  return commandList().filter((command) => fold(command.title).includes(wanted))
}
