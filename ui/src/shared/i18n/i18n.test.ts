import { afterEach, expect, it } from 'vitest'
import { fill, t } from '.'
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
