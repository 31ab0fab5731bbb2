/** Everything the stubbed core knows. A view changes its copy before the window opens. */
import type { About, CallsView, Connection, Devices, Drive, EncryptionState, ErrorCode, FolderItem, OwnDevice, PersonView, RoomSummary, SecondFactor, Sender, SessionRow, SessionState, Settings, SignInStep, StorageUse, TimelineItem, Upload, Verification } from '$shared/ipc'
import { day, START } from '../clock'
import { devices, history } from './calls'
import { drives, folders, uploads } from './files'
import { me, people } from './people'
import { rooms } from './rooms'
import { timeline } from './timeline'

export type State = 'normal' | 'offline' | 'empty' | 'loading' | 'error'

export type World = {
  state: State
  session: SessionState
  /** Why signing in fails; null: it goes on for ever. */
  signInError: ErrorCode | null
  signInStep: SignInStep
  connection: Connection
  rooms: RoomSummary[]
  timelines: Record<string, TimelineItem[]>
  typing: Sender[]
  encryption: EncryptionState
  recoveryKey: string | null
  verifications: Verification[]
  ownDevices: OwnDevice[]
  /** What becomes of a recovery key that is typed. */
  recovery: 'right' | 'wrong' | 'slow'
  secondFactor: SecondFactor
  /** What becomes of a code or a password that is typed. */
  factorError: ErrorCode | null
  calls: CallsView
  devices: Devices
  cameraFails: boolean
  drives: Drive[]
  folders: Record<string, FolderItem[]>
  uploads: Upload[]
  storage: StorageUse
  people: PersonView[]
  settings: Settings
  sessions: SessionRow[]
  about: About
}

export function makeWorld(query: URLSearchParams): World {
  const state = (query.get('state') ?? 'normal') as State
  const off = state === 'offline'
  const area = off ? 'offline' : 'online'
  const list = <T>(items: T[]): T[] => (state === 'empty' ? [] : structuredClone(items))
  const theme = query.get('theme')
  return {
    state,
    session: { kind: 'signed-in', me: structuredClone(me), server: { name: 'Northlight', url: 'https://northlight.example', version: '0.1.0', signUp: false } },
    signInError: null,
    signInStep: 'joining-chat',
    connection: { chat: area, files: area, calls: area, queuedMessages: off ? 2 : 0, queuedUploads: off ? 1 : 0, attempt: off ? 2 : 0, nextTry: off ? START + 12_000 : null },
    rooms: list(rooms),
    timelines: state === 'empty' ? {} : { '!release:northlight.example': list(timeline) },
    typing: [],
    encryption: { known: true, deviceVerified: true, crossSigning: true, recovery: true },
    recoveryKey: null,
    verifications: [],
    ownDevices: [
      { id: 'QWERTZUIOP', name: 'TeleStack on Linux', current: true, verified: true, encrypts: true, seen: day(0, 9, 41) },
      { id: 'KHGFDSAYXC', name: 'TeleStack on Windows', current: false, verified: true, encrypts: true, seen: day(1, 17, 20) },
      { id: 'VBNMLKJHGF', name: 'Element on Android', current: false, verified: false, encrypts: true, seen: day(3, 8, 12) },
    ],
    recovery: 'right',
    secondFactor: { on: false, factors: ['email'] },
    factorError: null,
    calls: { current: null, ringing: [], history: list(history) },
    devices: structuredClone(devices),
    cameraFails: false,
    drives: structuredClone(drives),
    folders: state === 'empty' ? {} : structuredClone(folders),
    uploads: [],
    storage: { used: 41_200_000_000, quota: 100_000_000_000 },
    people: list(people),
    settings: {
      theme: theme === 'dark' || theme === 'light' ? theme : 'system',
      highContrast: query.get('contrast') === 'more',
      textSize: Number(query.get('text') ?? 100),
      density: query.get('density') === 'compact' ? 'compact' : 'comfortable',
      reduceMotion: true,
      language: query.get('lang') ?? 'en',
      notifications: true,
      notificationText: false,
      microphone: null,
      speaker: null,
      camera: null,
      noiseSuppression: true,
    },
    sessions: [
      { id: 's1', name: 'TeleStack on Linux', place: '10.4.0.18', created: day(12, 8, 3), current: true },
      { id: 's2', name: 'TeleStack on Windows', place: '10.4.0.51', created: day(40, 17, 45), current: false },
      { id: 's3', name: 'Chromium 141 on Linux', place: null, created: day(61, 9), current: false },
    ],
    about: {
      version: '0.1.0',
      serverVersion: '0.1.0',
      webview: 'WebKitGTK 2.50.6',
      logFolder: '/home/ada/.local/share/telestack/logs',
      licences: [
        { name: 'matrix-sdk', version: '0.14.0', licence: 'Apache-2.0' },
        { name: 'livekit', version: '0.7.24', licence: 'Apache-2.0' },
        { name: 'tauri', version: '2.12.5', licence: 'Apache-2.0 OR MIT' },
        { name: 'svelte', version: '5.57.3', licence: 'MIT' },
        { name: 'Inter', version: '4.1', licence: 'OFL-1.1' },
        { name: 'Lucide', version: '1.62.0', licence: 'ISC' },
      ],
    },
  }
}

export { uploads }
