// Every operation of the pinned SDKs as GraphQL names it, with its parameters and what it answers, and the models that
// these answers are made of: the engine makes its schema of GraphQL and its OpenAPI document of it. Methods, paths and names in bodies come out of the SDKs when they are called with names in
// place of values; types come out of their declarations.
// `node operations.mjs > ../../../crates/engine/graphql_operations.txt` after another SDK is pinned.

import { readdir, readFile } from 'node:fs/promises'
import * as web from 'appwrite'
import * as server from 'node-appwrite'

import { calledWithNames } from './routes.mjs'

const MODULES = new URL('./node_modules/', import.meta.url)
const SDKS = [
  { sdk: server, services: 'node-appwrite/dist/services/', models: 'node-appwrite/dist/models.d.ts' },
  { sdk: web, services: 'appwrite/types/services/', models: 'appwrite/types/models.d.ts' },
]
// What somebody puts into these is theirs; GraphQL carries it as JSON in one field.
const OPEN_MODELS = ['Row', 'Document', 'Preferences']
// TypeScript has one kind of number, GraphQL two.
const FRACTIONS = /^(latitude|longitude|cpus|opacity)$/
const FRACTIONS_OF = [
  { owner: /Float|Point|Line(Column|Attribute)?$|Polygon/, name: /^(min|max|default)$/ },
  { owner: /^Execution$/, name: /^duration$/ },
]

const INPUTS = /^\[*(String|Int|Float|Boolean|Json)\]*$/
// How an operation is carried, by what its method does. What is not `op` is no operation of GraphQL.
const LINES = { call: 'op', upload: 'upload', arrayBuffer: 'bytes', location: 'redirect' }

const read = (file) => readFile(new URL(file, MODULES), 'utf8')

function number(name, owner) {
  return FRACTIONS.test(name) || FRACTIONS_OF.some((of) => of.owner.test(owner) && of.name.test(name)) ? 'Float' : 'Int'
}

/** The model that a type of TypeScript names, or nothing. */
function model(type, models) {
  const name = type.replace(/^Models\./, '').replace(/<.*>$/, '')
  return models.has(name) ? name : models.has(name.replace(/^Default/, '')) ? name.replace(/^Default/, '') : undefined
}

function graphqlType(text, name, owner, known) {
  let type = text.trim().replace(/ \| null$| \| undefined$/, '')
  const list = /^(?:\((.*)\)|(.*))\[\]$/.exec(type)
  if (list) {
    const inner = graphqlType(list[1] ?? list[2], name, owner, known)
    return inner === 'Json' ? 'Json' : `[${inner}]`
  }
  if (type === 'string' || known.enums.has(type)) return 'String'
  if (type === 'boolean') return 'Boolean'
  if (/^(number|bigint)( \| (number|bigint))*$/.test(type)) return number(name, owner)
  const parts = type.split(' | ').map((part) => model(part, known.models))
  if (parts.some((part) => part === undefined)) return 'Json'
  if (parts.length === 1) return parts[0]
  const kind = parts.every((part) => part.startsWith('Column')) ? 'Columns' : parts.every((part) => part.startsWith('Attribute')) ? 'Attributes' : undefined
  if (!kind) return 'Json'
  known.unions.set(kind, new Set([...(known.unions.get(kind) ?? []), ...parts]))
  return kind
}

/** Names and declared types of the models of one SDK. */
function declaredModels(text) {
  const models = new Map()
  for (const [, name, body] of text.matchAll(/^\s*(?:export )?type (\w+)(?:<[^=]*= [^>]*>)? = \{\n([\s\S]*?)\n\s*\};/gm)) {
    const fields = new Map()
    for (const [, field, type] of body.matchAll(/^\s*(\$?\w+)\??: (.*);$/gm)) fields.set(field, type)
    models.set(name, fields)
  }
  return models
}

/** Of one SDK: class, method, parameters as declared, and what is promised. */
async function declaredMethods(folder) {
  const methods = new Map()
  for (const file of await readdir(new URL(folder, MODULES))) {
    if (!file.endsWith('.d.ts')) continue
    const text = await read(folder + file)
    const service = /declare class (\w+)/.exec(text)?.[1]
    for (const [, method, params, promised] of text.matchAll(/^    (\w+)(?:<[^(]*>)?\((?:params\??: \{\n([\s\S]*?)\n    \})?\): (?:Promise<(.*)>|.*);$/gm)) {
      const declared = new Map()
      for (const [, name, optional, type] of (params ?? '').matchAll(/^        (\w+)(\??): (.*);$/gm)) declared.set(name, { type, required: !optional })
      methods.set(`${service}.${method}`, { params: declared, promised })
    }
  }
  return methods
}

async function enumNames(folder) {
  const names = new Set()
  for (const file of await readdir(new URL(folder, MODULES))) {
    if (!file.endsWith('.d.ts')) continue
    for (const [, name] of (await read(folder + file)).matchAll(/enum (\w+)/g)) names.add(name)
  }
  return names
}

/** The table as text: a line for each operation (`op` where it is one of GraphQL), `type` and `union`, sorted. */
export async function operations() {
  const known = { models: new Map([['Preferences', new Map()], ['None', new Map([['status', 'string']])]]), enums: new Set(), unions: new Map() }
  for (const sdk of SDKS) {
    for (const [name, fields] of declaredModels(await read(sdk.models))) {
      known.models.set(name, new Map([...(known.models.get(name) ?? []), ...fields]))
    }
    for (const name of await enumNames(sdk.services.replace('services', 'enums'))) known.enums.add(name)
  }
  const found = new Map()
  for (const { sdk, services } of SDKS) {
    const declared = await declaredMethods(services)
    for (const { Service, method, seen } of await calledWithNames(sdk)) {
      const declaration = declared.get(`${Service}.${method}`)
      // What OAuth 2 speaks has answers of its own and pages that browsers are sent to.
      const line = LINES[seen?.kind]
      if (!declaration || !line || Service === 'Graphql' || Service === 'Oauth2') continue
      const name = `${Service[0].toLowerCase()}${Service.slice(1)}${method[0].toUpperCase()}${method.slice(1)}`
      const args = new Map()
      // Where a browser is sent on, the address carries what else is sent; names are then as they are declared.
      const sent = line === 'redirect' ? [...declaration.params.keys()].filter((key) => !seen.path.includes(key)) : Object.entries(seen.payload)
      for (const [key, value] of [...seen.path, ...sent].map((entry) => (Array.isArray(entry) ? entry : [entry, `{${entry}}`]))) {
        const { type, required } = declaration.params.get(String(value).slice(1, -1)) ?? { type: 'any', required: false }
        if (line === 'upload' && type.startsWith('File')) {
          args.set(key, { type: 'Binary', required })
          continue
        }
        const given = graphqlType(type, key, name, known)
        // Whole models are answered, not taken: what is like one is sent as JSON.
        args.set(key, { type: INPUTS.test(given) ? given : 'Json', required })
      }
      const promised = declaration.promised
      const nothing = promised === '{}' || line === 'bytes' || line === 'redirect'
      const answer = nothing ? 'None' : graphqlType(promised, method, name, known)
      const before = found.get(name)
      if (!before) {
        found.set(name, { line, route: seen.route, args, answer })
        continue
      }
      // A parameter that one of the SDKs does not know or does not need is not needed.
      for (const [key, arg] of before.args) arg.required &&= args.get(key)?.required ?? false
      for (const [key, arg] of args) if (!before.args.has(key)) before.args.set(key, { ...arg, required: false })
    }
  }
  const lines = []
  for (const [name, { line, route, args, answer }] of found) {
    const list = [...args].map(([key, { type, required }]) => `${key}: ${type}${required ? '!' : ''}`)
    lines.push(`${line} ${name} ${route} (${list.join(', ')}) ${answer}`)
  }
  const types = new Set()
  const need = (type) => {
    const name = type.replace(/[[\]!]/g, '')
    if (types.has(name)) return
    if (known.unions.has(name)) {
      types.add(name)
      lines.push(`union ${name} ${[...known.unions.get(name)].sort().join(' ')}`)
      known.unions.get(name).forEach(need)
    } else if (known.models.has(name)) {
      types.add(name)
      const fields = [...known.models.get(name)].map(([field, type]) => [field.replace('$', '_'), graphqlType(type, field, name, known)])
      if (OPEN_MODELS.includes(name)) fields.push(['data', 'String'])
      lines.push(`type ${name} ${fields.map(([field, type]) => `${field}: ${type}`).join(', ')}`)
      fields.forEach(([, type]) => need(type))
    }
  }
  for (const { answer } of found.values()) need(answer)
  return lines.sort()
}

if (process.argv[1] === import.meta.filename) console.log((await operations()).join('\n'))
