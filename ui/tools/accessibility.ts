/** Looks at every view with axe, in light and dark and in German: nothing serious or critical may be found. */
import { readFileSync } from 'node:fs'
import { Chromium } from './chromium'
import { viewNames } from './names'

type Finding = { id: string; impact: string; help: string; nodes: { html: string; summary: string }[] }

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

/** Runs in the page. A dialog or card over the window is no landmark, so regions are not asked for. */
const LOOK = `axe.run(document, { resultTypes: ['violations'], rules: { region: { enabled: false } } }).then(({ violations }) =>
  violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, impact, help, nodes }) =>
    ({ id, impact, help, nodes: nodes.slice(0, 4).map((node) => ({ html: node.html.slice(0, 200), summary: node.failureSummary.slice(0, 300) })) })))`

const LOOKS = ['theme=light', 'theme=dark&lang=de', 'theme=light&text=200', 'theme=dark&contrast=more']

export async function main(address: string, given: string[]): Promise<boolean> {
  const quick = given.includes('--quick')
  const wanted = given.filter((each) => !each.startsWith('--'))
  const chromium = new Chromium()
  let bad = 0
  try {
    for (const { file, query } of viewNames(wanted)) {
      for (const look of quick ? LOOKS.slice(0, 1) : LOOKS) {
        await chromium.go(`${address}/tools/?${query}&${look}`)
        await chromium.run(`${AXE}; undefined`)
        const findings = (await chromium.run(LOOK)) as Finding[]
        bad += findings.length
        for (const finding of findings) {
          console.error(`${file} (${look}): ${finding.impact}, ${finding.id}: ${finding.help}`)
          for (const node of finding.nodes) console.error(`    ${node.html}\n      ${node.summary.replaceAll('\n', ' ')}`)
        }
      }
    }
  } finally {
    await chromium.close()
  }
  console.log(bad === 0 ? 'nothing serious' : `${String(bad)} findings`)
  return bad === 0
}
