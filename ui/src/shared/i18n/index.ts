/** Texts of the window. Keys are flat and checked by the compiler; braces in a text name what is put in. */
import de from './de'
import en from './en'
import { language } from './language.svelte'

export type Key = keyof typeof en
export type Values = Record<string, string | number>

const catalogues: { en: Record<Key, string>; de: Record<Key, string> } = { en, de }

export function t(key: Key, values: Values = {}): string {
  return fill(catalogues[language.current][key], values)
}

/** Why something failed and what to do, by the code of the core; also where a code crossed as a plain string. */
export function errorText(code: string): string {
  const key = `error.${code}`
  return key in en ? t(key as Key) : t('error.internal')
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (brace, name: string) => String(values[name] ?? brace))
}
