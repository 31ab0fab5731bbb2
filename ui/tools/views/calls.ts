import { calls as store } from '../../src/features/calls'
import { nav } from '../../src/shared/nav.svelte'
import type { World } from '../world'
import { call, ringing, sharing } from '../world/calls'
import { matrixId, nameOf } from '../world/people'
import { roomId } from '../world/rooms'
import { press, type Views } from './view'

const open = () => nav.go('calls')
const running = (count: number, part = {}) => ({ world: (world: World) => (world.calls.current = call(count, part)), act: open })

const prepare = () => {
  store.prepare(roomId('release'), 'Release 2.4')
  nav.go('calls')
}

export const calls: Views = {
  calls: { act: open },
  'calls-detail': {
    act: () => {
      nav.go('calls')
      store.chosen = 'h1'
    },
  },
  prejoin: { act: prepare },
  'prejoin-failed': { world: (world) => (world.cameraFails = true), act: prepare },
  'ring-room': {
    world: (world) => (world.calls.ringing = [{ ...ringing, roomId: roomId('release'), roomName: 'Release 2.4', callerId: matrixId('ben'), callerName: nameOf('ben') }]),
    act: () => nav.go('files'),
  },
  ring: { world: (world) => (world.calls.ringing = [ringing]), act: () => nav.go('people') },
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9, 12].map((count) => [`call-${String(count)}`, running(count)])),
  'call-details': {
    world: (world) => (world.calls.current = call(3)),
    act: async () => {
      nav.go('calls')
      await press('[aria-haspopup=dialog]')
    },
  },
  'call-share': { world: (world) => (world.calls.current = sharing()), act: open },
  'call-joining': running(1, { phase: { kind: 'joining' }, since: null }),
  'call-waiting': running(1, { waitingFor: ['Chloé Martin'] }),
  'call-reconnecting': running(4, { phase: { kind: 'reconnecting', mediaRestarted: false } }),
  'call-restarted': running(4, { phase: { kind: 'reconnecting', mediaRestarted: true } }),
  'call-failed': running(0, { phase: { kind: 'failed', code: 'media-missing' } }),
  'call-mini': { world: (world) => (world.calls.current = call(4)), act: () => nav.go('files') },
}
