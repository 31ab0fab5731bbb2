/** Views of Security. */
import type { Verification, VerificationStep } from '../../src/shared/ipc'
import { nav } from '../../src/shared/nav.svelte'
import type { World } from '../world'
import { roomId } from '../world/rooms'
import { find, press, type, type Views } from './view'

const KEY = 'EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d'

const unverified = (world: World) => (world.encryption = { known: true, deviceVerified: false, crossSigning: false, recovery: false })
const show = () => nav.openSettings('security')

async function enter(text: string): Promise<void> {
  show()
  await press('.setting-card .setting:nth-of-type(3) .btn')
  await type('dialog textarea', text)
}

async function reset(): Promise<void> {
  show()
  await press('.setting-card .setting:nth-of-type(4) .btn')
  await find('dialog')
}

async function check(): Promise<void> {
  await enter(KEY)
  await press('dialog .btn.primary')
}

const SEVEN: [number, string][] = [[11, '🐢'], [47, '🔑'], [37, '☂️'], [57, '🎸'], [17, '🌵'], [34, '🔧'], [14, '🦋']]

const flow = (step: VerificationStep, part: Partial<Verification> = {}) => (world: World) =>
  (world.verifications = [{ id: 'f', userId: '@ben:northlight.example', name: 'Ben Okafor', avatar: null, device: 'TeleStack on Linux', own: false, incoming: true, step, ...part }])

const compare: VerificationStep = { kind: 'compare', emoji: SEVEN.map(([number, symbol]) => ({ number, symbol, name: '' })) }
const chat = () => nav.openRoom(roomId('release'))

export const security: Views = {
  'verify-asked': { world: flow({ kind: 'asked' }), act: chat },
  'verify-asked-own': { world: flow({ kind: 'asked' }, { own: true, device: 'TeleStack on Windows' }), act: chat },
  'verify-waiting': { world: flow({ kind: 'waiting' }, { own: true, incoming: false, device: null }), act: show },
  'verify-compare': { world: flow(compare), act: chat },
  'verify-confirmed': { world: flow({ kind: 'confirmed' }), act: chat },
  'verify-done': { world: flow({ kind: 'done' }), act: chat },
  'verify-differed': { world: flow({ kind: 'ended', why: 'differed' }), act: chat },
  security: { act: show },
  'security-unverified': { world: unverified, act: show },
  'security-key': { world: unverified, act: () => enter('EsTc LW2K PGiF wKE') },
  'security-key-forgot': {
    world: unverified,
    act: async () => {
      await enter('')
      await press('dialog summary')
    },
  },
  'security-key-odd': { world: unverified, act: () => enter('EsTc LW2K PGiF wKE0') },
  'security-key-checking': {
    world: (world) => {
      unverified(world)
      world.recovery = 'slow'
    },
    act: check,
  },
  'security-key-refused': {
    world: (world) => {
      unverified(world)
      world.recovery = 'wrong'
    },
    act: check,
  },
  'security-key-done': { world: unverified, act: check },
  'security-reset': { world: unverified, act: () => reset() },
  'security-reset-sure': {
    world: unverified,
    act: async () => {
      await reset()
      await press('dialog [role="checkbox"]')
      await type('dialog input', 'correct horse battery')
    },
  },
  'security-reset-wrong': {
    world: (world) => {
      unverified(world)
      world.recovery = 'wrong'
    },
    act: async () => {
      await reset()
      await press('dialog [role="checkbox"]')
      await type('dialog input', 'correct horse')
      await press('dialog .btn.danger')
    },
  },
  'security-new': {
    act: async () => {
      show()
      await press('.setting .btn')
      await find('dialog')
    },
  },
}
