// The list that the engine holds its route table against is what these SDKs call.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'

import { operations } from './operations.mjs'
import { sdkRoutes } from './routes.mjs'

const kept = (name) => readFile(new URL(`../../../crates/engine/${name}`, import.meta.url), 'utf8')

test('the kept list of routes is that of the pinned SDKs', async () => {
  assert.equal(`${(await sdkRoutes()).join('\n')}\n`, await kept('sdk_routes.txt'))
})

test('the kept table of operations for GraphQL is that of the pinned SDKs', async () => {
  assert.equal(`${(await operations()).join('\n')}\n`, await kept('graphql_operations.txt'))
})
