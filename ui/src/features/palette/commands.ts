/** What the program can do by name, beside finding things. */
import { t } from '$shared/i18n'
import { nav } from '$shared/nav.svelte'
import { panes } from '$shared/ui/panes.svelte'
import { calls } from '../calls'
import { chat } from '../chat'
import { fold } from './query'

export type Command = { id: string; icon: string; title: string; keys?: string; run: () => void }

function commandList(): Command[] {
  const go = (area: 'chat' | 'calls' | 'files' | 'people' | 'settings', icon: string, title: string, digit: string): Command => ({ id: `go-${area}`, icon, title, keys: `Ctrl ${digit}`, run: () => nav.go(area) })
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
    go('chat', 'message-circle', t('palette.goChat'), '1'),
    go('calls', 'video', t('palette.goCalls'), '2'),
    go('files', 'folder', t('palette.goFiles'), '3'),
    go('people', 'users', t('palette.goPeople'), '4'),
    go('settings', 'settings', t('palette.goSettings'), '6'),
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
