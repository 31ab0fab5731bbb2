/** Views of the second factor: while signing in, and under Security. */
import type { ErrorCode, Factor } from '../../src/shared/ipc'
import { nav } from '../../src/shared/nav.svelte'
import type { World } from '../world'
import { find, press, type, type Views } from './view'

const ALL: Factor[] = ['app', 'email', 'phone', 'recovery-code']
const CODE = 'input[autocomplete="one-time-code"]'

const asked = (factors: Factor[], signedIn = false) => (world: World) => {
  world.session = { kind: 'needs-factor', email: 'ada@northlight.example', factors, signedIn }
}
const refused = (code: ErrorCode) => (world: World) => {
  asked(ALL)(world)
  world.factorError = code
}
const on = (world: World) => (world.secondFactor = { on: true, factors: ['app', 'email', 'recovery-code'] })

async function answer(code = '123456'): Promise<void> {
  await type(CODE, code)
  await press('form .primary')
}

async function open(row: number): Promise<void> {
  nav.openSettings('security')
  await find('[data-protection] .setting:nth-child(2) .btn')
  await press(`[data-protection] .setting:nth-child(${String(row)}) .btn:last-child`)
  await find('dialog input')
}

export const factor: Views = {
  'factor-asked': { world: asked(ALL) },
  'factor-only': { world: asked(['app']) },
  'factor-here': { world: asked(['app', 'recovery-code'], true) },
  'factor-mail': { world: asked(['email', 'recovery-code']) },
  'factor-wrong': { world: refused('wrong-code'), act: () => answer() },
  'factor-often': { world: refused('rate-limited'), act: () => answer() },
  'factor-lost': { world: refused('offline'), act: () => answer() },
  'factor-progress': { world: asked(ALL), act: () => answer() },
  'factor-settings': {
    world: on,
    async act() {
      nav.openSettings('security')
      const card = await find('[data-protection] .setting:nth-child(3)')
      card.scrollIntoView({ block: 'center' })
    },
  },
  'factor-link': { act: () => open(2) },
  'factor-link-wrong': {
    world: (world) => (world.factorError = 'wrong-code'),
    async act() {
      await open(2)
      await type(`dialog ${CODE}`, '123456')
      await press('dialog .primary')
      await find('dialog .error .icon')
    },
  },
  'factor-codes': {
    async act() {
      await open(2)
      await type(`dialog ${CODE}`, '123 456')
      await press('dialog .primary')
      await find('dialog .secret')
    },
  },
  'factor-off': { world: on, act: () => open(2) },
  'factor-renew': { world: on, act: () => open(3) },
  'factor-password': { act: () => open(1) },
  'factor-password-refused': {
    world: (world) => (world.factorError = 'invalid'),
    async act() {
      await open(1)
      const fields = document.querySelectorAll<HTMLInputElement>('dialog input')
      for (const [i, text] of ['correct horse', 'adalovelace', 'adalovelace'].entries()) {
        const field = fields[i]
        if (field) await type(`#${CSS.escape(field.id)}`, text)
      }
      await press('dialog .primary')
      await find('dialog .error .icon')
    },
  },
}
