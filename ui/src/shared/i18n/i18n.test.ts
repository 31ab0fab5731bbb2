import { afterEach, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { errorText, fill, t } from '.'
import de from './de'
import en from './en'
import { language, languageOf } from './language.svelte'

afterEach(() => language.choose(null))

it('puts values into braces and leaves unknown ones', () => {
  expect(fill('{count} of {all}', { count: 0 })).toBe('0 of {all}')
})

it('speaks the chosen language', () => {
  language.choose('de-AT')
  expect(t('calls.join')).toBe('Beitreten')
  language.choose('en')
  expect(t('calls.join')).toBe('Join')
})

it('takes the first language it knows, else English', () => {
  expect(languageOf([null, 'fr-FR', 'de-DE', 'en'])).toBe('de')
  expect(languageOf(['fr'])).toBe('en')
})

it('has the same keys and braces in both languages', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
  const braces = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
  for (const [key, text] of Object.entries(en)) expect(braces(de[key as keyof typeof de]), key).toEqual(braces(text))
})

it('says of every code of the core in both languages what to do', () => {
  const line = /^export type ErrorCode = (.+);$/m.exec(readFileSync('src/shared/ipc/bindings.ts', 'utf8'))
  const codes = (line?.[1] ?? '').split(' | ').map((code) => code.slice(1, -1))
  expect(codes).toContain('offline')
  for (const spoken of ['en', 'de']) {
    language.choose(spoken)
    for (const code of codes) {
      const text = errorText(code)
      if (code !== 'internal') expect(text, code).not.toBe(t('error.internal'))
      // What happened is one sentence, what to do another.
      expect(text.split('. ').length, `${spoken}: ${text}`).toBeGreaterThanOrEqual(2)
    }
  }
})

it('has a sentence for a code that is not known yet', () => {
  language.choose('en')
  expect(errorText('from-tomorrow')).toBe('It did not work. Try again.')
})
