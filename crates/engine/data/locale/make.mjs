// Writes the tables of countries, currencies and languages out of Unicode CLDR and libphonenumber's metadata.
// `npm ci && npm run make` after a new version; what is written is committed, since no server needs 90 MB for it.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { getCountries, getCountryCallingCode } from 'libphonenumber-js'

const require = createRequire(import.meta.url)
const read = (file) => JSON.parse(readFileSync(require.resolve(file), 'utf8'))
const supplemental = (name) => read(`cldr-core/supplemental/${name}.json`).supplemental
const main = (pack, locale, file) => read(`cldr-${pack}-full/main/${locale}/${file}.json`).main[locale]

// Parts of the world as CLDR numbers them (UN M.49), by the letters that Appwrite gives them.
const CONTINENTS = { AF: '002', AN: 'AQ', AS: '142', EU: '150', NA: '003', OC: '009', SA: '005' }
// Islands that belong to a country of the list; what CLDR calls outlying Oceania (QO) is made of such and of Antarctica.
const RESERVED = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'IC', 'TA'])

const containment = supplemental('territoryContainment').territoryContainment
const within = (area) => (containment[area]?._contains ?? [area]).flatMap((part) => (part === 'QO' ? [] : containment[part] ? within(part) : [part]))
const continentOf = new Map()
for (const [letters, area] of Object.entries(CONTINENTS)) for (const code of within(area)) if (/^[A-Z]{2}$/.test(code) && !RESERVED.has(code)) continentOf.set(code, letters)
const union = new Set(containment.EU._contains)

const { region, fractions } = supplemental('currencyData').currencyData
const tender = (code) => {
  const now = (region[code] ?? []).flatMap((entry) => Object.entries(entry)).filter(([, facts]) => facts._to === undefined && facts._tender !== 'false')
  return now.map(([currency]) => currency).filter((currency) => !currency.startsWith('X') || ['XAF', 'XCD', 'XOF', 'XPF', 'XCG'].includes(currency))
}
const callable = new Set(getCountries())
const codes = [...continentOf.keys()].sort()
const table = (name, head, rows) => writeFileSync(new URL(`${name}.tsv`, import.meta.url), [head, ...rows].map((row) => row.join('\t')).join('\n') + '\n')

table('countries', ['code', 'continent', 'eu', 'phone', 'currency'], codes.map((code) => [code, continentOf.get(code), union.has(code) ? 1 : 0, callable.has(code) ? getCountryCallingCode(code) : '', tender(code)[0] ?? '']))

// Locales that CLDR covers well, without those of one country or script.
const coverage = read('cldr-core/coverageLevels.json').effectiveCoverageLevels
const locales = Object.entries(coverage).flatMap(([locale, level]) => (level === 'modern' && /^[a-z]{2}$/.test(locale) ? [locale] : [])).sort()
const english = main('localenames', 'en', 'languages').localeDisplayNames.languages
const names = (locale) => {
  const { territories } = main('localenames', locale, 'territories').localeDisplayNames
  const name = (code) => territories[code] ?? ''
  return [locale, english[locale], ...Object.values(CONTINENTS).map(name), ...codes.map(name)]
}
table('names', ['locale', 'english', ...Object.keys(CONTINENTS), ...codes], locales.map(names))

const likely = supplemental('likelySubtags').likelySubtags
const home = (currency) => codes.find((code) => tender(code)[0] === currency && currency.startsWith(code)) ?? codes.find((code) => tender(code)[0] === currency)
const native = (currency) => {
  const language = likely[`und-${home(currency)}`]?.split('-')[0]
  if (!locales.includes(language)) return null
  const found = main('numbers', language, 'currencies').numbers.currencies[currency]
  return found?.['symbol-alt-narrow'] ?? found?.symbol
}
const currencies = main('numbers', 'en', 'currencies').numbers.currencies
const rows = [...new Set(codes.flatMap(tender))].sort().map((code) => {
  const { symbol, displayName, ...more } = currencies[code]
  const { _digits = '2', _cashRounding = '0', _cashDigits = _digits } = fractions[code] ?? {}
  const rounding = Number(_cashRounding) / 10 ** Number(_cashDigits)
  return [code, symbol, native(code) ?? more['symbol-alt-narrow'] ?? symbol, _digits, rounding, displayName, more['displayName-count-other'] ?? displayName]
})
table('currencies', ['code', 'symbol', 'native', 'digits', 'rounding', 'name', 'plural'], rows)

const old = supplemental('aliases').metadata.alias.languageAlias
const languages = Object.keys(english).filter((code) => /^[a-z]{2}$/.test(code) && !(code in old)).sort()
const own = (code) => {
  try {
    return main('localenames', code, 'languages').localeDisplayNames.languages[code] ?? english[code]
  } catch {
    return english[code]
  }
}
table('languages', ['code', 'name', 'native'], languages.map((code) => [code, english[code], own(code)]))
