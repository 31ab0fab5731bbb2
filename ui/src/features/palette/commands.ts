/** What the program can do by name, beside finding things. */
import { t } from '$shared/i18n'
import { nav } from '$shared/nav.svelte'
import { calls } from '../calls'
import { fold } from './query'

export type Command = { id: string; icon: string; title: string; run: () => void }

export function commandList(): Command[] {
  const go = (area: 'chat' | 'calls' | 'files' | 'people' | 'settings', icon: string, title: string): Command => ({ id: `go-${area}`, icon, title, run: () => nav.go(area) })
  const inCall: Command[] = calls.current
    ? [
        { id: 'mute', icon: 'mic-off', title: t('palette.mute'), run: () => calls.toggle('mic') },
        { id: 'camera', icon: 'video', title: t('palette.camera'), run: () => calls.toggle('camera') },
        { id: 'leave', icon: 'phone-off', title: t('palette.leaveCall'), run: () => calls.leave() },
      ]
    : []
  return [
    ...inCall,
    go('chat', 'message-circle', t('palette.goChat')),
    go('calls', 'video', t('palette.goCalls')),
    go('files', 'folder', t('palette.goFiles')),
    go('people', 'users', t('palette.goPeople')),
    go('settings', 'settings', t('palette.goSettings')),
  ]
}

export function findCommands(text: string): Command[] {
  const wanted = fold(text)
  return commandList().filter((command) => fold(command.title).includes(wanted))
}
