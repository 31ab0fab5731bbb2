// Which part of `src` may import which, as a rule of eslint: parts meet at their index, and in one direction only. The
// crates have the same in xtask/src/lint/directions.rs.

/**
 * What each part may use besides `shared` and itself.
 * @type {Record<string, readonly string[]>}
 */
const ALLOWED = {
  shared: [],
  session: [],
  shell: ['session', 'calls', 'chat', 'files', 'palette', 'people', 'security', 'settings'],
  calls: [],
  chat: ['calls', 'files', 'people'],
  files: [],
  palette: ['calls', 'chat'],
  people: ['calls'],
  security: [],
  settings: ['security'],
}

/**
 * The part a path below `src` belongs to, and what is inside it; null for the root's own files, which compose everything.
 * @param {string} path
 */
function place(path) {
  const [first = '', ...rest] = path.split('/')
  if (first !== 'features') return rest.length > 0 || first in ALLOWED ? { part: first, inside: rest.join('/') } : null
  const [part = '', ...inside] = rest
  return { part, inside: inside.join('/') }
}

/**
 * What is wrong with one file importing another, both as paths below `src`; null when nothing is.
 * @param {string} from
 * @param {string} to
 * @returns {string | null}
 */
export function fault(from, to) {
  const mine = place(from)
  const other = place(to)
  if (mine === null || mine.part === other?.part) return null
  const allowed = ALLOWED[mine.part]
  if (allowed === undefined) return `${mine.part} has no row in ui/tools/directions.js: add its direction`
  if (other?.part === 'shared') return null
  if (other === null || !allowed.includes(other.part)) return `${mine.part} must not import ${other?.part ?? to}; what several parts use belongs in src/shared`
  // The session is the shell's own ground floor; features stay free to change inside.
  if (to.startsWith('features/') && other.inside !== '' && other.inside !== 'index') return `${mine.part} must not reach into ${other.part}: import 'features/${other.part}'`
  return null
}

/**
 * Where an import points, below `src`; null when it is a package or lies outside.
 * @param {string} file below `src`
 * @param {string} source
 */
function target(file, source) {
  if (!source.startsWith('.')) return /^\$shared(\/|$)/.test(source) ? source.slice(1) : null
  const path = new URL(source, `https://ui/src/${file}`).pathname
  return path.startsWith('/src/') ? path.slice('/src/'.length) : null
}

/** @type {import('eslint').Rule.RuleModule} */
export const rule = {
  meta: { type: 'problem' },
  create(context) {
    const file = context.filename.slice(context.cwd.length).replaceAll('\\', '/').replace(/^\/src\//, '')
    /** @param {{ source?: import('estree').Expression | null }} node */
    const check = (node) => {
      const source = node.source
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return
      const to = target(file, source.value)
      const message = to === null ? null : fault(file, to)
      if (message !== null) context.report({ node: source, message })
    }
    return { ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  },
}
