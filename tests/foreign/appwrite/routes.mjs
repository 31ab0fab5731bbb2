// Every route that the pinned SDKs can call, one line each, as the SDKs themselves say when they are called with names in
// place of values. `node routes.mjs > ../../../crates/engine/sdk_routes.txt` after another SDK is pinned.

import * as web from 'appwrite'
import * as server from 'node-appwrite'

const ENDPOINT = 'http://sdk.invalid/v1'
const HELPERS = ['Client', 'Query', 'Permission', 'Role', 'ID', 'Operator', 'InputFile', 'AppwriteException', 'Realtime', 'Channel']

/** Answers `{name}` for whatever a method reads of its parameters. */
const named = new Proxy({}, { get: (_, name) => (typeof name === 'string' ? `{${name}}` : undefined), has: () => true })

function recorder() {
  const seen = []
  const note = (method, uri) => {
    seen.push(`${method.toUpperCase()} ${decodeURIComponent(new URL(uri).pathname.replace('/v1', ''))}`)
    return Promise.resolve({})
  }
  const client = {
    config: { endpoint: ENDPOINT, project: 'p', key: '', jwt: '', session: '', devkey: '', impersonateuserid: '' },
    headers: {},
    call: note,
    redirect: note,
    chunkedUpload: note,
    prepareRequest: (method, uri) => (note(method, uri), { uri: String(uri), options: {} }),
  }
  return { client, seen }
}

/** Service, method and route of everything in a package. */
async function routesOf(sdk) {
  const all = []
  for (const [name, Service] of Object.entries(sdk)) {
    if (typeof Service !== 'function' || HELPERS.includes(name) || !/^class/.test(String(Service))) continue
    for (const method of Object.getOwnPropertyNames(Service.prototype)) {
      if (method === 'constructor') continue
      const { client, seen } = recorder()
      const answer = await Promise.resolve(new Service(client)[method](named)).catch(() => null)
      if (seen.length === 0 && typeof answer === 'string' && answer.startsWith(ENDPOINT)) await client.call('get', answer)
      for (const route of seen.slice(0, 1)) all.push({ route, name: `${name[0].toLowerCase()}${name.slice(1)}.${method}` })
    }
  }
  return all
}

/** `METHOD /path service.method`, sorted; what both kinds of SDK call stands once. */
export async function sdkRoutes() {
  const lines = new Map()
  for (const { route, name } of [...(await routesOf(server)), ...(await routesOf(web))]) if (!lines.has(route)) lines.set(route, `${route} ${name}`)
  return [...lines.values()].sort((a, b) => (a < b ? -1 : 1))
}

if (process.argv[1] === import.meta.filename) console.log((await sdkRoutes()).join('\n'))
