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
  const note = (kind) => (method, uri, _headers, payload = {}, responseType = 'json') => {
    const path = decodeURIComponent(new URL(uri).pathname.replace('/v1', ''))
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    seen.push({ kind: responseType === 'json' ? kind : responseType, route: `${method.toUpperCase()} ${path}`, path: names, payload })
    return Promise.resolve({})
  }
  const client = {
    config: { endpoint: ENDPOINT, project: '{projectId}', key: '', jwt: '', session: '', devkey: '', impersonateuserid: '' },
    headers: {},
    call: note('call'),
    redirect: note('location'),
    chunkedUpload: (method, uri, headers, payload) => note('upload')(method, uri, headers, payload),
    prepareRequest: (method, uri) => (note('location')(method, uri), { uri: String(uri), options: {} }),
  }
  return { client, seen }
}

/** What each method of a package does first when it is called: kind, route, names in the path, and the body. */
export async function calledWithNames(sdk) {
  const all = []
  for (const [name, Service] of Object.entries(sdk)) {
    if (typeof Service !== 'function' || HELPERS.includes(name) || !/^class/.test(String(Service))) continue
    for (const method of Object.getOwnPropertyNames(Service.prototype)) {
      if (method === 'constructor') continue
      const { client, seen } = recorder()
      const answer = await Promise.resolve(new Service(client)[method](named)).catch(() => null)
      if (seen.length === 0 && typeof answer === 'string' && answer.startsWith(ENDPOINT)) await client.redirect('get', answer)
      all.push({ Service: name, method, seen: seen[0] })
    }
  }
  return all
}

/** Service, method and route of everything in a package. */
async function routesOf(sdk) {
  const all = (await calledWithNames(sdk)).filter(({ seen }) => seen)
  return all.map(({ Service, method, seen }) => ({ route: seen.route, name: `${Service[0].toLowerCase()}${Service.slice(1)}.${method}` }))
}

/** `METHOD /path service.method`, sorted; what both kinds of SDK call stands once. */
export async function sdkRoutes() {
  const lines = new Map()
  for (const { route, name } of [...(await routesOf(server)), ...(await routesOf(web))]) if (!lines.has(route)) lines.set(route, `${route} ${name}`)
  return [...lines.values()].sort((a, b) => (a < b ? -1 : 1))
}

if (process.argv[1] === import.meta.filename) console.log((await sdkRoutes()).join('\n'))
