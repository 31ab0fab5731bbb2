/** Views of Files, People, Settings and the palette. */
import { files as store } from '../../src/features/files'
import { people as directory } from '../../src/features/people'
import { nav, type Section } from '../../src/shared/nav.svelte'
import { uploads } from '../world'
import { find, key, press, type, type Views } from './view'

const files = () => nav.go('files')

async function choose(...names: string[]): Promise<void> {
  nav.go('files')
  await find('[data-key]')
  for (const name of names) {
    const element = await find(`[data-key="${name}"]`)
    element.dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }))
    element.focus()
  }
}

const section = (name: Section) => ({
  act: () => nav.openSettings(name),
})

async function palette(text: string): Promise<void> {
  // Until the window stands nobody listens to keys.
  await find('.rail')
  nav.go('people')
  key('k', { ctrlKey: true })
  await type('[role="combobox"]', text)
}

export const areas: Views = {
  files: { act: files },
  'files-list': {
    act: () => {
      store.view = 'list'
      nav.go('files')
    },
  },
  'files-selected': { act: () => choose('dawn', 'shore', 'plan') },
  'files-one': { act: () => choose('dawn') },
  'files-uploads': { world: (world) => (world.uploads = structuredClone(uploads)), act: files },
  'files-full': { world: (world) => (world.storage.used = 97_400_000_000), act: files },
  'files-folder': {
    act: async () => {
      nav.go('files')
      await find('[data-key]')
      await store.go('files', 'Release 2.4')
    },
  },
  'files-drop': {
    act: async () => {
      nav.go('files')
      await find('[data-key]')
      window.tell('tauri://drag-enter', { paths: ['/a', '/b', '/c'], position: { x: 900, y: 700 } })
    },
  },
  'files-menu': {
    act: async () => {
      await choose('dawn')
      const element = await find('[data-key="dawn"]')
      element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 620, clientY: 420, detail: 1 }))
    },
  },
  'files-rename': {
    act: async () => {
      await choose('plan')
      key('F2')
    },
  },
  'files-share': {
    act: async () => {
      await choose('dawn', 'shore')
      await press('.selbar .btn:nth-of-type(2)')
    },
  },
  'files-deleted': {
    act: async () => {
      await choose('dawn')
      key('Delete')
    },
  },
  people: { act: () => nav.go('people') },
  profile: {
    act: () => {
      nav.go('people')
      directory.chosen = 'chloe'
    },
  },
  'settings-profile': section('profile'),
  'settings-appearance': section('appearance'),
  'settings-sound': section('sound'),
  'settings-notifications': section('notifications'),
  'settings-sessions': section('sessions'),
  'settings-about': section('about'),
  'settings-sign-out': {
    act: async () => {
      section('sessions').act()
      await press('.danger-quiet')
    },
  },
  keys: {
    act: async () => {
      nav.go('people')
      key('?')
      await find('dialog')
    },
  },
  palette: { act: () => palette('el') },
  'palette-commands': { act: () => palette('>') },
  'palette-none': { act: () => palette('zzz') },
}
