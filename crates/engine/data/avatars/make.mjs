// Draws the pictures of flags, browsers and cards, and takes the capitals out of the font, as the server carries them.
// `npm ci && npm run make` after a new version; what is written is committed, since no server needs what makes it.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import sharp from 'sharp'
import subsetFont from 'subset-font'

const require = createRequire(import.meta.url)
const root = (name) => {
  for (const folder of require.resolve.paths(name)) if (existsSync(join(folder, name, 'package.json'))) return join(folder, name)
  throw new Error(`${name} is not there: npm ci`)
}
const here = (name) => new URL(name, import.meta.url)

/** Almost without loss, which is small for flat colours. */
const drawn = (source, width, height) =>
  sharp(source, { density: 300 })
    .resize(width, height, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ nearLossless: true, quality: 40, effort: 6 })
    .toBuffer()

/** Lines of `code length`, an empty line, then the pictures. */
async function pack(name, pictures) {
  const made = []
  for (const [code, picture] of pictures) made.push([code, await picture])
  const index = made.map(([code, bytes]) => `${code} ${bytes.length}\n`).join('')
  writeFileSync(here(`${name}.pack`), Buffer.concat([Buffer.from(`${index}\n`), ...made.map(([, bytes]) => bytes)]))
}

const countries = readFileSync(here('../locale/countries.tsv'), 'utf8').trim().split('\n').slice(1)
const flags = countries.map((line) => line.slice(0, 2).toLowerCase()).concat('eu', 'un')
await pack('flags', flags.map((code) => [code, drawn(join(root('flag-icons'), 'flags/4x3', `${code}.svg`), 256, 192)]))

// A globe for a browser, and a card, of which there is no free picture.
const globe = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke="#5b6675" stroke-width="4">
  <circle cx="32" cy="32" r="27"/><ellipse cx="32" cy="32" rx="12" ry="27"/><path d="M5 32h54M9 18h46M9 46h46"/></svg>`
const card = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 60"><rect width="96" height="60" rx="6" fill="#5b6675"/>
  <rect y="12" width="96" height="12" fill="#2b323b"/><rect x="10" y="36" width="34" height="5" rx="2" fill="#fff"/>
  <rect x="10" y="46" width="22" height="5" rx="2" fill="#fff"/></svg>`

// Signs of browsers in their one colour. Of Edge, Avant and Android's web view there is none that is free.
const sign = (slug, colour) => Buffer.from(readFileSync(join(root('simple-icons'), 'icons', `${slug}.svg`), 'utf8').replace('<svg ', `<svg fill="${colour}" `))
const [chrome, firefox, safari, opera] = [sign('googlechrome', '#4285f4'), sign('firefoxbrowser', '#ff7139'), sign('safari', '#006cff'), sign('opera', '#ff1b2d')]
const plain = Buffer.from(globe)
const browsers = { aa: plain, an: plain, ch: chrome, ci: chrome, cm: chrome, cr: chrome, ff: firefox, sf: safari, mf: safari, ps: plain, oi: plain, om: opera, op: opera, on: opera }
await pack('browsers', Object.entries(browsers).map(([code, source]) => [code, drawn(source, 192, 192)]))

const cards = { amex: 'amex', argencard: null, cabal: null, cencosud: null, diners: 'diners', discover: 'discover', elo: 'elo', hipercard: 'hipercard', jcb: 'jcb', mastercard: 'mastercard', naranja: null, 'targeta-shopping': null, unionpay: 'unionpay', visa: 'visa', mir: null, maestro: 'maestro', rupay: null }
const icon = (name) => (name ? join(root('payment-icons'), 'min/flat', `${name}.svg`) : Buffer.from(card))
await pack('credit-cards', Object.entries(cards).map(([code, name]) => [code, drawn(icon(name), 288, 180)]))

// What names begin with: digits and capitals of Latin, Greek and Cyrillic.
const letters = Array.from({ length: 0x0530 }, (_, code) => String.fromCodePoint(code)).filter((letter) => /^[\p{Lu}0-9]$/u.test(letter))
const font = readFileSync(join(root('inter-ui'), 'web/Inter-SemiBold.woff2'))
writeFileSync(here('capitals.ttf'), await subsetFont(font, letters.join(''), { targetFormat: 'truetype' }))

for (const [name, file] of [['flag-icons', 'LICENSE'], ['inter-ui', 'LICENSE.txt'], ['payment-icons', 'LICENSE'], ['simple-icons', 'LICENSE.md']]) {
  const from = join(root(name), file)
  if (existsSync(from)) copyFileSync(from, here(`LICENSE-${name.toUpperCase()}`))
}
