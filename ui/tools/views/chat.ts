/** Views of chat. */
import { nav } from '../../src/shared/nav.svelte'
import { item as itemOf } from '../../src/features/chat/timeline/items.testdata'
import { manyRooms, roomId } from '../world/rooms'
import { message, says, sender } from '../world/timeline'
import { find, key, press, type, type Views } from './view'

const RELEASE = roomId('release')
const open = () => nav.openRoom(RELEASE)
/** In a narrow window the side pane waits to be asked for. */
async function side(): Promise<void> {
  await find('.timeline')
  if (!document.querySelector('.side')) key('i', { ctrlKey: true })
  await find('.side')
}
const last = (id: string) => `[data-message="${id}"]`

/** Something to paste. */
async function picture(): Promise<File> {
  const canvas = document.createElement('canvas')
  canvas.width = 960
  canvas.height = 600
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const sky = pen.createLinearGradient(0, 0, 960, 600)
  sky.addColorStop(0, '#7B61FF')
  sky.addColorStop(1, '#00D4AA')
  pen.fillStyle = sky
  pen.fillRect(0, 0, 960, 600)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done))
  return new File(blob ? [blob] : [], 'image.png', { type: 'image/png' })
}

export const chat: Views = {
  chat: { act: open },
  /** A thousand rooms; a name and words from right to left, and a name that is too long for every place. */
  'chat-many': {
    world: (world) => {
      world.rooms = manyRooms()
      world.timelines[roomId('right')] = [
        { kind: 'day-divider', id: 'd', time: Date.now() },
        message('fatima', Date.now() - 9e5, says('هل وصلت نتائج المختبر؟ نحتاجها قبل الساعة 14:00.')),
        message('ada', Date.now() - 8e5, says('نعم، وصلت (Release 2.4).')),
        message('ben', Date.now() - 7e5, says('In both directions: שלום is read from the right.')),
      ]
    },
    act: () => nav.openRoom(roomId('right')),
  },
  'chat-none': { act: () => nav.go('chat') },
  'chat-invited': { act: () => nav.openRoom(roomId('design')) },
  'chat-typing': { world: (world) => (world.typing = [sender('grace')]), act: open },
  'chat-direct': {
    world: (world) => {
      world.timelines[roomId('ben')] = [
        { kind: 'day-divider', id: 'd', time: Date.now() },
        message('ben', Date.now() - 9e5, says('Could you bring the echo pictures?')),
        message('ada', Date.now() - 8e5, says('Yes. I bring them.'), { readBy: [sender('ben')] }),
      ]
    },
    act: () => nav.openRoom(roomId('ben')),
  },
  'chat-first': { world: (world) => (world.timelines[roomId('kitchen')] = [{ kind: 'start', id: 's' }]), act: () => nav.openRoom(roomId('kitchen')) },
  'chat-unsent': {
    world: (world) => {
      const now = Date.now()
      world.timelines[RELEASE]?.push(
        message('ada', now - 5e4, says('On my way, five minutes.'), { state: 'queued', eventId: null }),
        message('ada', now - 4e4, says('This one did not go.'), { state: 'failed', failure: 'other', eventId: null }),
        message('ada', now - 3e4, { kind: 'file', name: 'Echo loop, 23 November.mp4', mime: 'video/mp4', size: 640_000_000 }, { state: 'failed', failure: 'too-large', eventId: null }),
        message('ada', now - 2e4, { kind: 'file', name: 'Visit walkthrough.mp4', mime: 'video/mp4', size: 640_000_000 }, { state: 'sending', eventId: null, progress: { done: 412_000_000, total: 640_000_000 } }),
      )
    },
    act: open,
  },
  'chat-refused': {
    world: (world) => {
      const now = Date.now()
      world.timelines[RELEASE]?.push(
        message('ada', now - 5e4, says('Minutes of the whole week, word for word. '.repeat(6)), { state: 'failed', failure: 'too-large', eventId: null }),
        message('ada', now - 4e4, { kind: 'file', name: 'Echo loop, 23 November.mp4', mime: 'video/mp4', size: 640_000_000 }, { state: 'failed', failure: 'too-large', eventId: null }),
        message('ada', now - 3e4, { kind: 'file', name: 'Visit walkthrough.mp4', mime: 'video/mp4', size: 640_000_000 }, { state: 'failed', failure: 'too-large', eventId: null }),
      )
    },
    act: async () => {
      open()
      await press('.msg:nth-last-of-type(2) .ways .btn')
    },
  },
  'chat-rich': {
    world: (world) => {
      const html =
        '<h1>Plan</h1><p>A <b>bold</b>, <i>slanted</i> and <del>struck</del> word, <code>inline()</code>, a <a href="https://example.org/long/path">link</a> and <a href="javascript:alert(1)">a trap</a>.</p><ul><li>one<ul><li>inside</li></ul></li><li>two</li></ul><ol start="3"><li>three</li></ol><blockquote>Somebody said</blockquote><table><tr><th>Name</th><th>Size</th></tr><tr><td>a</td><td>1</td></tr></table><p><span data-mx-spoiler>hidden</span><img src="https://x/y.png" alt="a picture"></p><script>alert(1)</script>'
      world.timelines[RELEASE]?.push(message('grace', Date.now(), says('Plan', html)), message('grace', Date.now(), says('🎉')), message('ada', Date.now(), says('See https://example.org/x. @Grace Kim too', null)))
    },
    act: open,
  },
  'chat-emoji': {
    act: async () => {
      open()
      await press('.composer .bar .btn:nth-child(2)')
    },
  },
  'chat-mention': {
    act: async () => {
      open()
      await find('.facepile .avatar')
      const field = (await find('.composer textarea')) as HTMLTextAreaElement
      field.focus()
      await type('.composer textarea', 'Thank you @')
      await press('.composer .bar .btn:nth-child(4)')
    },
  },
  'chat-pasted': {
    act: async () => {
      open()
      const field = await find('.composer textarea')
      const data = new DataTransfer()
      data.items.add(await picture())
      data.items.add(new File(['a,b'], 'Load test.csv', { type: 'text/csv' }))
      field.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }))
      await type('.composer textarea', 'This is how it looks now')
    },
  },
  'chat-too-large': {
    act: async () => {
      open()
      await find('.composer textarea')
      window.tell('files-dropped', { paths: ['/home/ada/Visit walkthrough.mp4'], x: 600, y: 600 })
      await press('.composer .btn.primary')
    },
  },
  'chat-reply': {
    act: async () => {
      open()
      const row = await find('.msg:not(.own).first')
      row.focus()
      key('r')
      await type('.composer textarea', 'Yes, within three seconds.')
    },
  },
  'chat-hover': {
    act: async () => {
      open()
      const rows = await find('.msg:not(.own)').then(() => [...document.querySelectorAll('.msg:not(.own)')])
      rows.at(-2)?.querySelector('.body')?.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))
    },
  },
  'chat-menu': {
    act: async () => {
      open()
      const row = await find('.msg.own')
      row.focus()
      key('Enter')
    },
  },
  'chat-deleted': {
    act: async () => {
      open()
      const row = await find('.msg.own')
      row.focus()
      key('Delete')
    },
  },
  'chat-find': {
    act: async () => {
      open()
      await press('.head .tools .btn[aria-label*="Ctrl+F"]')
      await type('.bar[role="search"] input', 'the')
    },
  },
  'chat-files': {
    act: async () => {
      open()
      await side()
      await press('.tabs [role="tab"]:nth-child(2)')
    },
  },
  'chat-older': {
    world: (world) => {
      const items = world.timelines[RELEASE] ?? []
      items.unshift(...Array.from({ length: 200 }, (_, i) => itemOf(`old${String(i)}`, { time: Date.now() - 9e8 + i * 6e5 })))
    },
    act: async () => {
      open()
      await find(last('old199'))
      document.querySelector('.timeline')?.scrollTo(0, 3000)
    },
  },
  'chat-picture': {
    act: async () => {
      open()
      await press('.picture .open')
    },
  },
  'chat-new': {
    act: async () => {
      open()
      await find('.timeline')
      key('n', { ctrlKey: true })
      await press('[role="listbox"] .row:nth-of-type(2)')
      await type('#new-message', 'a')
    },
  },
  'chat-room': {
    act: async () => {
      open()
      await find('.timeline')
      key('n', { ctrlKey: true })
      await press('.dialog .lead .btn')
      ;(await find('.dialog .tokens input')).focus()
    },
  },
  'chat-invite': {
    act: async () => {
      open()
      await side()
      await press('.side .top .btn')
      await type('.dialog .tokens input', 'a')
      await press('.dialog [role="listbox"] .row:nth-of-type(1)')
    },
  },
  'chat-leave': {
    act: async () => {
      open()
      await side()
      await press('.side .fact.danger')
    },
  },
  'chat-key': { world: (world) => (world.recoveryKey = 'EsTM 8kQd VhbR 2xLp 7fWn cYtJ 4mGz uKsA 9qPe oHvB 3rDi XwCg'), act: open },
  'chat-key-saved': {
    world: (world) => (world.recoveryKey = 'EsTM 8kQd VhbR 2xLp 7fWn cYtJ 4mGz uKsA 9qPe oHvB 3rDi XwCg'),
    act: async () => {
      open()
      await press('dialog .btn:nth-of-type(2)')
    },
  },
  'chat-unverified': { world: (world) => (world.encryption = { known: true, deviceVerified: false, crossSigning: true, recovery: true }), act: open },
  'chat-keys': {
    act: () => {
      open()
      key('/', { ctrlKey: true })
    },
  },
}
