import { beforeEach, expect, it } from 'vitest'
import { panes } from './panes.svelte'

beforeEach(() => {
  panes.resize(90)
  panes.side = true
  panes.listToggled = false
})

it('lets the side pane float below the first step and remembers the wide choice', () => {
  expect(panes.sideOpen).toBe(true)
  panes.resize(65)
  expect(panes.sideOpen).toBe(false)
  panes.toggleSide()
  expect(panes.sideOpen).toBe(true)
  panes.resize(90)
  panes.resize(65)
  expect(panes.sideOpen).toBe(false)
})

it('hides the list in a wide window and opens it over main in a narrow one', () => {
  panes.toggleList()
  expect([panes.listHidden, panes.listOver]).toEqual([true, false])
  panes.resize(60)
  expect([panes.listHidden, panes.listOver]).toEqual([false, false])
  panes.toggleList()
  expect([panes.listHidden, panes.listOver]).toEqual([false, true])
})
