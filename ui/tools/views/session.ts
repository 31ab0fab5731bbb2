import type { World } from '../world'
import { find, press, type, type Views } from './view'

const out = (world: World) => (world.session = { kind: 'signed-out', server: 'https://northlight.example', email: 'ada@northlight.example' })

async function signIn(): Promise<void> {
  await type('#password', 'not the real one')
  await press('button.primary')
}

export const session: Views = {
  'sign-in': { world: out },
  'sign-in-error': { world: (world) => ((world.signInError = 'wrong-credentials'), void out(world)), act: signIn },
  'sign-in-certificate': { world: (world) => ((world.signInError = 'untrusted-certificate'), void out(world)), act: signIn },
  'sign-in-progress': { world: out, act: signIn },
  opening: { world: (world) => (world.session = { kind: 'opening' }) },
  passphrase: {
    world: (world) => (world.session = { kind: 'needs-passphrase', creating: false }),
    async act() {
      await type('#passphrase', 'wrong')
      await press('button.primary')
    },
  },
  'passphrase-new': {
    world: (world) => (world.session = { kind: 'needs-passphrase', creating: true }),
    async act() {
      await type('#passphrase', 'correct horse')
      await type('#again', 'correct house')
      await find('.error')
    },
  },
  full: { world: (world) => (world.session = { kind: 'disk-full' }) },
  keyring: { world: (world) => (world.session = { kind: 'keyring-closed' }) },
  damaged: { world: (world) => (world.session = { kind: 'store-damaged', message: 'sqlite: database disk image is malformed (matrix-sdk-state.sqlite3)' }) },
}
