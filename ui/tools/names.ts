/** What there is to look at: every view, and the areas in every state of the core. */
import { readdirSync, readFileSync } from 'node:fs'

const AREAS = ['chat', 'calls', 'files', 'people', 'settings-sessions', 'settings-about', 'palette']

export const STATES = /-(offline|empty|loading|error)$/

/** Names are read, not imported: the views themselves need a browser. */
export function viewNames(wanted: string[]): { file: string; query: string }[] {
  const named = readdirSync('tools/views').flatMap((file) => [...readFileSync(`tools/views/${file}`, 'utf8').matchAll(/^ {2}'?([a-z][a-z0-9-]*)'?: (?:\{|running|section)/gm)].map((match) => match[1] ?? ''))
  const counted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12].map((count) => `call-${String(count)}`)
  const plain = [...named, ...counted].map((view) => ({ file: view, query: `view=${view}` }))
  const stated = AREAS.flatMap((view) => ['offline', 'empty', 'loading', 'error'].map((state) => ({ file: `${view}-${state}`, query: `view=${view}&state=${state}` })))
  return [...plain, ...stated].filter(({ file }) => wanted.length === 0 || wanted.some((each) => (each.endsWith('$') ? file === each.slice(0, -1) : file.startsWith(each))))
}
