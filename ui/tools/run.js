// Runs a tool of this folder on its pages, built once: hundreds of pages of the development server are slow. node tools/run.js pictures
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { build, createServer, preview } from 'vite'

const [tool = '', ...given] = process.argv.slice(2)
const outDir = mkdtempSync(join(tmpdir(), 'telestack-pages-'))
const sources = await createServer({ server: { middlewareMode: true, watch: null, hmr: false, ws: false }, appType: 'custom', logLevel: 'warn' })
try {
  await build({ build: { outDir, emptyOutDir: true, rolldownOptions: { input: 'tools/index.html' } }, logLevel: 'error' })
  const pages = await preview({ build: { outDir }, preview: { port: 7800, strictPort: false }, logLevel: 'warn' })
  try {
    /** @type {{ main(address: string, given: string[]): Promise<boolean> }} */
    const module = /** @type {any} */ (await sources.ssrLoadModule(`/tools/${tool}.ts`))
    const good = await module.main(pages.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '', given)
    process.exitCode = good ? 0 : 1
  } finally {
    await pages.close()
  }
} finally {
  await sources.close()
  rmSync(outDir, { recursive: true, force: true })
}
