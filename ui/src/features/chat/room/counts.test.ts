import { afterEach, expect, it } from 'vitest'
import { language } from '$shared/i18n/language.svelte'
import { ordinal, queuedText } from './counts'

afterEach(() => language.choose('en'))

it('says what waits to be sent', () => {
  language.choose('en')
  expect(queuedText(0)).toBe('What you write is sent when you are back.')
  expect(queuedText(1)).toBe('One message will be sent when you are back.')
  expect(queuedText(2)).toBe('Two messages will be sent when you are back.')
  expect(queuedText(25)).toBe('25 messages will be sent when you are back.')
  expect(queuedText(2, true)).toBe('Two messages will be sent when it does.')
  language.choose('de')
  expect(queuedText(2)).toContain('Zwei Nachrichten')
})

it('counts tries', () => {
  language.choose('en')
  expect([ordinal(2), ordinal(30)]).toEqual(['second', '30.'])
})
