import { expect, it } from 'vitest'
import { areaOf } from './areas'

it('opens areas by their digits and keeps 5 for Visits', () => {
  expect(['1', '2', '3', '4', '5', '6', 'a'].map(areaOf)).toEqual(['chat', 'calls', 'files', 'people', null, 'settings', null])
})
