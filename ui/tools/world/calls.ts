import type { CallDetails, CallView, Devices, HistoryEntry, Ringing, Tile } from '$shared/ipc'
import { ago, day, START } from '../clock'
import { matrixId, nameOf, people } from './people'
import { roomId } from './rooms'

const entry = (id: string, room: string, title: string, kind: HistoryEntry['kind'], started: number, seconds: number | null): HistoryEntry => ({ id, roomId: roomId(room), title, kind, started, seconds })

export const history: HistoryEntry[] = [
  entry('h1', 'chloe', nameOf('chloe'), 'incoming', ago(52), 1_448),
  entry('h2', 'ben', nameOf('ben'), 'missed', ago(74), null),
  entry('h3', 'engineering', 'Engineering', 'outgoing', ago(190), 912),
  entry('h4', 'fatima', nameOf('fatima'), 'outgoing', day(1, 16, 12), null),
  entry('h5', 'release', 'Release 2.4', 'incoming', day(1, 14), 3_728),
  entry('h6', 'grace', nameOf('grace'), 'declined', day(1, 9, 40), null),
  entry('h7', 'chloe', nameOf('chloe'), 'outgoing', day(3, 11), 260),
  entry('h8', 'daniel', nameOf('daniel'), 'missed', day(5, 18), null),
]

export const devices: Devices = {
  microphones: [{ id: 'mic1', name: 'Jabra Evolve2 65, Mono' }, { id: 'mic2', name: 'Built-in Audio Analogue Stereo' }],
  speakers: [{ id: 'spk1', name: 'Jabra Evolve2 65, Mono' }, { id: 'spk2', name: 'HDMI / DisplayPort 2' }],
  cameras: [{ id: 'cam1', name: 'Integrated Camera: 1080p' }],
  microphone: 'mic1',
  speaker: 'spk1',
  camera: 'cam1',
  level: 0.46,
}

export const ringing: Ringing = { id: 'ring1', roomId: roomId('chloe'), roomName: nameOf('chloe'), callerId: matrixId('chloe'), callerName: nameOf('chloe'), avatar: null, video: true, until: START + 45_000 }

function tile(id: number, person: string, part: Partial<Tile> = {}): Tile {
  return { id, identity: `${matrixId(person)}:D`, userId: matrixId(person), name: nameOf(person), avatar: null, own: person === 'ada', source: 'camera', muted: false, video: true, speaking: false, quality: 'good', keyMissing: false, ...part }
}

/** A call with that many tiles; the interesting states come first. */
export function call(count: number, part: Partial<CallView> = {}): CallView {
  const order = ['ada', 'ben', 'grace', 'daniel', 'chloe', 'fatima', 'emeka', 'hiro', 'ingrid', 'joao', 'katharina', 'liam']
  const states: Partial<Tile>[] = [{ muted: false }, { speaking: true }, { muted: true }, { video: false }, { quality: 'fair' }, { keyMissing: true }, { muted: true, quality: 'poor' }, {}, { video: false, muted: true, quality: 'lost' }]
  // Nobody is heard while the connection is away.
  const heard = (part.phase ?? { kind: 'connected' }).kind === 'connected'
  const tiles = order.slice(0, count).map((id, i) => tile(i + 1, id, { ...states[i], speaking: heard && states[i]?.speaking === true }))
  return { roomId: roomId('release'), title: 'Release 2.4', phase: { kind: 'connected' }, since: ago(24.13), encrypted: true, mic: true, camera: true, screen: false, tiles, waitingFor: [], ...part }
}

export function sharing(): CallView {
  const base = call(5)
  return { ...base, tiles: [...base.tiles, tile(40, 'grace', { source: 'screen' })] }
}

export const inCall = people.filter((person) => person.inCall).map((person) => person.matrixId)

/** What would arrive from whom these tiles show. */
export function details(tiles: Tile[]): CallDetails {
  return {
    people: tiles
      .filter((one) => !one.own && one.source === 'camera')
      .map(({ identity, video, muted }) => ({ identity, width: video ? 1280 : 0, height: video ? 720 : 0, rate: video ? 29.6 : 0, level: muted ? 0 : 0.34, pitch: muted ? 0 : 212, undecrypted: 0 })),
  }
}
