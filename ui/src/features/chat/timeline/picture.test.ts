import { expect, it } from 'vitest'
import { ending, frame, meanColour, thumbnailUrl } from './picture'

it('keeps the shape of a picture within the widest and the tallest', () => {
  expect(frame(3600, 1800)).toEqual({ width: 360, ratio: '3600 / 1800' })
  expect(frame(900, 3200)).toEqual({ width: 90, ratio: '900 / 3200' })
  expect(frame(100, 80)).toEqual({ width: 100, ratio: '100 / 80' })
  expect(frame(null, 80)).toEqual({ width: 360, ratio: '16 / 9' })
  expect(frame(0, -1)).toEqual({ width: 360, ratio: '16 / 9' })
})

it('reads the mean colour of a blurhash', () => {
  expect(meanColour('LEHV6nWB2yk8pyo0adR*.7kCMdnj')).toBe('#979695')
  expect([meanColour(null), meanColour('LE'), meanColour('LE"" ""')]).toEqual([null, null, null])
})

it('writes addresses and endings', () => {
  expect(thumbnailUrl('!a:b', '$c/d')).toBe('tsres://localhost/thumbnail/!a%3Ab/%24c%2Fd')
  expect([ending('Plan.pdf'), ending('a.tar.gz'), ending('README'), ending('x.verylong')]).toEqual(['PDF', 'GZ', '', ''])
})
