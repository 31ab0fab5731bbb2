// The list that the engine holds its route table against is what these SDKs call.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'

import { sdkRoutes } from './routes.mjs'

test('the kept list of routes is that of the pinned SDKs', async () => {
  const kept = await readFile(new URL('../../../crates/engine/sdk_routes.txt', import.meta.url), 'utf8')
  assert.equal(`${(await sdkRoutes()).join('\n')}\n`, kept)
})
