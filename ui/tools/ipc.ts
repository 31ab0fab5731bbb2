/** Stands where Tauri stands: answers the commands of bindings.ts from the world. */
/* eslint-disable @typescript-eslint/only-throw-error, @typescript-eslint/prefer-promise-reject-errors -- the core refuses with plain objects */
import type { ApiError, ErrorCode, ListDiff, Settings } from '$shared/ipc'
import type { World } from './world'
import { details } from './world/calls'
import { APP_SECRET, RECOVERY_CODES } from './world/second_factor'

declare global {
  interface Window {
    /** What the core tells without being asked. */
    tell(event: string, payload: unknown): void
  }
}

type Updates = { onmessage: (message: unknown) => void }
type Arguments = { updates: Updates; progress: Updates; roomId: string; path: string; query: string; settings: Settings; on: boolean; camera: boolean; id: string; name: string; text: string; tiles: { id: number; width: number; height: number }[] }
type Command = (given: Arguments) => unknown

/** Lists and what else is empty, late or broken where the view says so. */
const LISTS = ['rooms', 'open_timeline', 'members', 'drives', 'open_folder', 'people', 'sessions', 'about', 'palette', 'storage_use', 'devices_of_mine', 'second_factor']

const NEVER = new Promise<never>(() => undefined)
const fault = (code: ErrorCode): ApiError => ({ code, message: 'made up for this picture' })

let channels = 0

export function installIpc(world: World): void {
  const commands = answers(world)
  const listeners = new Map<string, ((event: unknown) => void)[]>()
  const callbacks = new Map<number, (message: unknown) => void>()
  Object.assign(window, {
    __TAURI_INTERNALS__: {
      transformCallback(callback: (message: unknown) => void) {
        callbacks.set(++channels, callback)
        return channels
      },
      unregisterCallback: (id: number) => callbacks.delete(id),
      convertFileSrc: (path: string) => path,
      async invoke(command: string, given: Arguments & { event?: string; handler?: number }): Promise<unknown> {
        // Never in the same turn, as in the window.
        await Promise.resolve()
        if (command === 'plugin:event|listen' && given.event !== undefined) {
          const callback = callbacks.get(given.handler ?? 0)
          if (callback) listeners.set(given.event, [...(listeners.get(given.event) ?? []), callback])
          return 1
        }
        if (command.startsWith('plugin:')) return null
        if (LISTS.includes(command)) {
          if (world.state === 'error') throw fault('internal')
          if (world.state === 'loading') return 'updates' in given ? ++channels : NEVER
        }
        const answer = commands[command]
        return answer ? await answer(given) : null
      },
    },
    __TAURI_EVENT_PLUGIN_INTERNALS__: { unregisterListener: () => undefined },
    tell: (event: string, payload: unknown) => listeners.get(event)?.forEach((each) => each({ event, id: 1, payload })),
  })
}

/** Sends at once what a subscription begins with, and gives its number. */
function subscribe(updates: Updates, first: unknown): number {
  queueMicrotask(() => updates.onmessage(first))
  return ++channels
}

const reset = <T>(items: T[]): ListDiff<T>[] => [{ op: 'reset', items }]

function answers(world: World): Record<string, Command> {
  const refuse = (code: ErrorCode) => Promise.reject(fault(code))
  const change: Updates[] = []
  const callChange: Updates[] = []
  const tellCalls = () => callChange.forEach((each) => each.onmessage(structuredClone(world.calls)))
  const inCall = (part: object) => {
    if (world.calls.current) Object.assign(world.calls.current, part)
    tellCalls()
  }
  return {
    session: ({ updates }) => subscribe(updates, world.session),
    check_server: () => (world.signInError === 'untrusted-certificate' ? refuse('untrusted-certificate') : { name: 'Northlight', url: 'https://northlight.example', version: '0.1.0', signUp: false }),
    sign_in: ({ progress }) => {
      if (world.signInError) return refuse(world.signInError)
      progress.onmessage(world.signInStep)
      return NEVER
    },
    ask_factor: () => null,
    answer_factor: ({ progress }) => {
      if (world.factorError) return refuse(world.factorError)
      progress.onmessage(world.signInStep)
      return NEVER
    },
    unlock: () => refuse('wrong-passphrase'),
    connection: ({ updates }) => subscribe(updates, world.connection),
    rooms: ({ updates }) => subscribe(updates, reset(world.rooms)),
    open_timeline: ({ roomId, updates }) => {
      const id = subscribe(updates, { kind: 'items', diffs: reset(world.timelines[roomId] ?? []) })
      queueMicrotask(() => {
        updates.onmessage({ kind: 'pagination', loading: false, reachedStart: true })
        updates.onmessage({ kind: 'typing', who: world.typing })
      })
      return id
    },
    create_direct: () => world.rooms.find((room) => room.kind === 'direct')?.id,
    create_room: () => world.rooms[0]?.id,
    send_file: () => refuse('too-large'),
    members: () => world.people.slice(0, 8).map((person, i) => ({ id: person.matrixId, name: person.name, avatar: person.avatar, power: i === 0 ? 'admin' : i === 1 ? 'moderator' : 'member', verified: person.verified, invited: i === 7 })),
    encryption: ({ updates }) => subscribe(updates, world.encryption),
    recovery_key: () => world.recoveryKey,
    pick_save_path: () => '/home/ada/key.txt',
    verifications: ({ updates }) => subscribe(updates, world.verifications),
    devices_of_mine: () => world.ownDevices,
    recover: () => (world.recovery === 'slow' ? NEVER : world.recovery === 'wrong' ? refuse('invalid') : null),
    reset_identity: () => (world.recovery === 'wrong' ? refuse('wrong-credentials') : 'EsTM 8kQd VhbR 2xLp 7fWn cYtJ 4mGz uKsA 9qPe oHvB 3rDi XwCg'),
    new_recovery_key: () => 'EsTM 8kQd VhbR 2xLp 7fWn cYtJ 4mGz uKsA 9qPe oHvB 3rDi XwCg',
    second_factor: () => world.secondFactor,
    begin_second_factor: () => APP_SECRET,
    turn_second_factor_on: () => (world.factorError ? refuse(world.factorError) : RECOVERY_CODES),
    turn_second_factor_off: () => (world.factorError ? refuse(world.factorError) : null),
    renew_recovery_codes: () => (world.factorError ? refuse(world.factorError) : RECOVERY_CODES),
    change_password: () => (world.factorError ? refuse(world.factorError) : null),
    invite: () => refuse(world.connection.chat === 'offline' ? 'offline' : 'forbidden'),
    calls: ({ updates }) => {
      callChange.push(updates)
      return subscribe(updates, world.calls)
    },
    set_mic: ({ on }) => inCall({ mic: on }),
    set_camera: ({ on }) => inCall({ camera: on }),
    set_screen: ({ on }) => inCall({ screen: on }),
    leave_call: () => {
      world.calls.current = null
      tellCalls()
    },
    decline_call: () => {
      world.calls.ringing = []
      tellCalls()
    },
    start_preview: () => (world.cameraFails ? refuse('media-missing') : null),
    call_details: ({ updates }) => subscribe(updates, details(world.calls.current?.tiles ?? [])),
    devices: ({ updates }) => subscribe(updates, world.devices),
    frame_socket: () => ({ url: 'ws://stub/', token: 'stub', previewTile: 0 }),
    drives: ({ updates }) => subscribe(updates, world.drives),
    open_folder: ({ path, updates }) => subscribe(updates, reset(world.folders[path] ?? [])),
    storage_use: () => world.storage,
    uploads: ({ updates }) => subscribe(updates, reset(world.uploads)),
    delete_file: ({ id }) => id,
    pick_files: () => [],
    people: ({ query, updates }) => subscribe(updates, reset(world.people.filter((person) => fits(query, person.name, person.title, person.team)))),
    settings: ({ updates }) => {
      change.push(updates)
      return subscribe(updates, world.settings)
    },
    save_settings: ({ settings }) => {
      world.settings = settings
      for (const each of change) each.onmessage(settings)
    },
    sessions: () => world.sessions,
    about: () => world.about,
    palette: ({ query }) => [
      ...world.people.filter((person) => fits(query, person.name)).map((person) => ({ kind: 'person', id: person.matrixId, title: person.name, subtitle: person.title, avatar: null })),
      ...world.rooms.filter((room) => fits(query, room.name) && room.kind === 'room').map((room) => ({ kind: 'room', id: room.id, title: room.name, subtitle: room.topic, avatar: null })),
      ...(world.folders[''] ?? []).flatMap((item) => (item.kind === 'file' && fits(query, item.name) ? [{ kind: 'file', id: `${item.drive}/${item.id}`, title: item.name, subtitle: 'Northlight', avatar: null }] : [])),
    ],
  }
}

function fits(query: string, ...texts: (string | null)[]): boolean {
  return texts.some((text) => text?.toLowerCase().includes(query.trim().toLowerCase()))
}
