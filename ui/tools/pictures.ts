/** Writes a PNG of every view: light and dark at 1440x900; and, unless --quick, narrow, with 200 % text, in high contrast and in German. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { Chromium } from './chromium'
import { STATES, viewNames } from './names'

type Shot = { suffix: string; width: number; height: number; query: string }

const USUAL: Shot[] = [
  { suffix: 'light', width: 1440, height: 900, query: 'theme=light' },
  { suffix: 'dark', width: 1440, height: 900, query: 'theme=dark' },
]
const MORE: Shot[] = [
  { suffix: '1000-light', width: 1000, height: 700, query: 'theme=light' },
  { suffix: 'text200-light', width: 1440, height: 900, query: 'theme=light&text=200' },
  { suffix: 'contrast-dark', width: 1440, height: 900, query: 'theme=dark&contrast=more' },
  { suffix: 'contrast-1000-light', width: 1000, height: 700, query: 'theme=light&contrast=more' },
  { suffix: 'german-light', width: 1280, height: 800, query: 'theme=light&lang=de' },
  { suffix: '640-german-dark', width: 640, height: 720, query: 'theme=dark&lang=de' },
  { suffix: 'wide-dark', width: 2560, height: 1440, query: 'theme=dark' },
]

export async function main(address: string, given: string[]): Promise<boolean> {
  const wanted = given.filter((each) => !each.startsWith('--'))
  const only = given.find((each) => each.startsWith('--only='))?.slice(7)
  const shots = [...USUAL, ...(given.includes('--quick') ? [] : MORE)].filter((shot) => !only || shot.suffix.startsWith(only))
  mkdirSync('pictures', { recursive: true })
  const chromium = new Chromium()
  let good = true
  try {
    for (const { file, query } of viewNames(wanted)) {
      for (const shot of STATES.test(file) ? shots.slice(0, 2) : shots) {
        chromium.size(shot.width, shot.height)
        await chromium.go(`${address}/tools/?${query}&${shot.query}`)
        writeFileSync(`pictures/${file}-${shot.suffix}.png`, await chromium.picture())
        for (const complaint of chromium.complaints) console.error(`${file}: ${complaint}`)
        good &&= chromium.complaints.length === 0
      }
      console.log(file)
    }
  } finally {
    await chromium.close()
  }
  return good
}
