// Runs a tool of this folder on the development server that also serves its pages: node tools/run.js pictures
import process from 'node:process'

import { createServer } from 'vite'

const [tool = '', ...given] = process.argv.slice(2)
const server = await createServer({ server: { port: 7800, strictPort: false, watch: null, hmr: false }, logLevel: 'warn' })
await server.listen()
try {
  /** @type {{ main(address: string, given: string[]): Promise<boolean> }} */
  const module = /** @type {any} */ (await server.ssrLoadModule(`/tools/${tool}.ts`))
  const good = await module.main(server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '', given)
  process.exitCode = good ? 0 : 1
} finally {
  await server.close()
}
