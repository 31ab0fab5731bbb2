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

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (brace, name: string) => String(values[name] ?? brace))
}
