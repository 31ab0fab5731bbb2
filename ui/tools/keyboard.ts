/** Goes through the window by keys alone, and sees that the stage draws. */
import { Chromium } from './chromium'

type Check = { name: string; view: string; run(chromium: Chromium): Promise<void> }

const FOCUS = `(() => { const at = document.activeElement; return { text: at?.dataset.name ?? at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '', tag: at?.tagName ?? '', key: at?.dataset.key ?? '', pane: at?.closest('[data-pane]')?.dataset.pane ?? '', dialog: at?.closest('dialog, [role=dialog]') !== null } })()`

type Focus = { text: string; tag: string; key: string; pane: string; dialog: boolean }

async function focus(chromium: Chromium): Promise<Focus> {
  return (await chromium.run(FOCUS)) as Focus
}

function expect(what: string, found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
}

/** Until it holds, for at most five seconds. */
const until = (condition: string): string => `new Promise((done, fail) => { const look = (tries) => (${condition}) ? done() : tries ? setTimeout(look, 50, tries - 1) : fail(new Error('never: ' + ${JSON.stringify(condition)})); look(100) })`

const CHECKS: Check[] = [
  {
    name: 'a list is one Tab stop, arrows move in it',
    view: 'people',
    async run(chromium) {
      await chromium.run(`document.querySelector('.list button.row').focus()`)
      await chromium.press('ArrowDown')
      const second = await focus(chromium)
      await chromium.press('ArrowDown')
      const third = await focus(chromium)
      expect('the row moves', second.text === third.text, false)
      await chromium.press('Tab')
      expect('Tab leaves the list', (await focus(chromium)).pane, 'main')
      await chromium.press('Tab', { shift: true })
      expect('and comes back to the same row', (await focus(chromium)).text, third.text)
    },
  },
  {
    name: 'F6 goes from pane to pane',
    view: 'profile',
    async run(chromium) {
      await chromium.run(`document.querySelector('.rail button').focus()`)
      const seen: string[] = []
      for (let i = 0; i < 3; i++) {
        await chromium.press('F6')
        seen.push((await focus(chromium)).pane)
      }
      expect('panes', seen, ['list', 'main', 'side'])
    },
  },
  {
    name: 'a dialog holds the focus and gives it back',
    view: 'files-one',
    async run(chromium) {
      const before = await focus(chromium)
      await chromium.press('F2')
      await chromium.run(until(`document.activeElement?.closest('dialog')`))
      for (let i = 0; i < 8; i++) {
        await chromium.press('Tab')
        const now = await focus(chromium)
        // Between the last and the first the browser's own frame has its turn.
        if (now.tag !== 'BODY') expect(`after ${String(i + 1)} Tabs`, now.dialog, true)
      }
      await chromium.run(`document.querySelector('dialog input').focus()`)
      await chromium.press('Escape')
      await chromium.run(until(`!document.querySelector('dialog')`))
      expect('back', (await focus(chromium)).key, before.key)
    },
  },
  {
    name: 'the palette takes the focus and gives it back',
    view: 'people',
    async run(chromium) {
      await chromium.run(`document.querySelector('.list button.row').focus()`)
      const before = await focus(chromium)
      await chromium.press('k', { ctrl: true })
      await chromium.run(until(`document.activeElement?.getAttribute('role') === 'combobox'`))
      await chromium.press('Escape')
      expect('back', (await focus(chromium)).text, before.text)
    },
  },
  {
    name: 'the palette finds a room and opens it',
    view: 'people',
    async run(chromium) {
      await chromium.press('k', { ctrl: true })
      await chromium.run(until(`document.activeElement?.getAttribute('role') === 'combobox'`))
      for (const letter of '#rel') await chromium.press(letter)
      await chromium.run(until(`document.querySelector('.pitem[aria-selected=true]')?.textContent.includes('Release')`))
      await chromium.press('Enter')
      await chromium.run(until(`document.querySelector('.composer textarea') === document.activeElement`))
    },
  },
  {
    name: 'a question mark shows the keys and Esc puts them away',
    view: 'people',
    async run(chromium) {
      await chromium.run(`document.querySelector('.list button.row').focus()`)
      const before = await focus(chromium)
      await chromium.press('?')
      await chromium.run(until(`document.activeElement?.closest('dialog')`))
      await chromium.press('Escape')
      await chromium.run(until(`!document.querySelector('dialog')`))
      expect('back', (await focus(chromium)).text, before.text)
    },
  },
  {
    name: 'arrows choose files, Delete can be taken back',
    view: 'files',
    async run(chromium) {
      await chromium.run(`document.querySelector('[data-key]').focus()`)
      await chromium.press('End')
      expect('the last', (await focus(chromium)).text, 'Welcome.md')
      await chromium.press('Delete')
      await chromium.run(until(`document.querySelector('.toast .btn')`))
    },
  },
  {
    name: 'the messages are entered at the newest from below, and left again',
    view: 'chat',
    async run(chromium) {
      await chromium.run(`document.querySelector('.composer textarea').focus()`)
      await chromium.press('Tab', { shift: true })
      await chromium.run(until(`document.activeElement === [...document.querySelectorAll('[data-message]')].at(-1)`))
      await chromium.press('Home')
      await chromium.press('Tab', { shift: true })
      await chromium.run(until(`document.activeElement !== document.body && !document.activeElement.closest('.timeline')`))
    },
  },
  {
    name: 'a message that is deleted hands the focus on, and can be had back',
    view: 'chat',
    async run(chromium) {
      await chromium.run(`document.querySelector('.msg.own').focus()`)
      const before = await focus(chromium)
      await chromium.press('Delete')
      await chromium.run(until(`document.querySelector('.toast .btn') && document.activeElement.matches('[data-message]')`))
      expect('it is another', (await focus(chromium)).text === before.text, false)
    },
  },
  {
    name: 'a code is typed at once, and another way leads back to its field',
    view: 'factor-asked',
    async run(chromium) {
      const typing = until(`document.activeElement?.matches('input[autocomplete="one-time-code"]')`)
      await chromium.run(typing)
      for (const digit of '123456') await chromium.press(digit)
      expect('what stands there', await chromium.run(`document.activeElement.value`), '123456')
      await chromium.press('Tab')
      await chromium.press('Enter')
      await chromium.run(typing)
      expect('another way', await chromium.run(`[document.activeElement.labels[0].textContent, document.activeElement.value]`), ['Code from the e-mail', ''])
    },
  },
  {
    name: 'tiles say which picture they drew last, at most four times a second',
    view: 'call-4',
    async run(chromium) {
      await chromium.run(until(`document.querySelector('[data-tile="1"]')?.dataset.frame`))
      const changes = await chromium.run(`new Promise((done) => { let count = 0; new MutationObserver(() => count++).observe(document.querySelector('[data-tile="1"]'), { attributeFilter: ['data-frame'] }); setTimeout(() => done(count), 2000) })`)
      expect('it rises', Number(changes) >= 2 && Number(changes) <= 9, true)
      const colour = await chromium.run(`(() => { const canvas = document.querySelector('canvas.surface'); const copy = document.createElement('canvas'); copy.width = canvas.width; copy.height = canvas.height; const context = copy.getContext('2d'); context.drawImage(canvas, 0, 0); const [r, g, b, a] = context.getImageData(canvas.width / 4, canvas.height / 4, 1, 1).data; return a === 255 && r + g + b > 30 })()`)
      expect('its pixels can be read', colour, true)
    },
  },
]

export async function main(address: string, given: string[]): Promise<boolean> {
  const chromium = new Chromium()
  let good = true
  try {
    for (const check of CHECKS.filter(({ name }) => given.length === 0 || given.some((each) => name.includes(each)))) {
      await chromium.go(`${address}/tools/?view=${check.view}&theme=light`)
      try {
        await check.run(chromium)
        console.log(`ok      ${check.name}`)
      } catch (fault) {
        good = false
        console.error(`failed  ${check.name}: ${fault instanceof Error ? fault.message : String(fault)}`)
      }
    }
  } finally {
    await chromium.close()
  }
  return good
}
