import { expect, test } from 'vitest'

import { fault } from './directions'

test('shared, oneself and an index in the one direction are fine', () => {
  for (const [from, to] of [
    ['features/calls/Home.svelte', 'shared/nav.svelte'],
    ['features/chat/room/Room.svelte', 'features/chat/timeline/Timeline.svelte'],
    ['features/chat/room/Members.svelte', 'features/people'],
    ['features/people/Profile.svelte', 'features/calls/index'],
    ['shell/Shell.svelte', 'session/session.svelte'],
    ['App.svelte', 'session/Gate.svelte'],
  ]) {
    expect(fault(from, to)).toBeNull()
  }
})

test('the insides of a sibling are closed, also where its index is open', () => {
  expect(fault('features/people/Profile.svelte', 'features/calls/calls.svelte')).toContain('must not reach into calls')
})

test('the other direction is closed', () => {
  for (const [from, to] of [
    ['features/calls/Home.svelte', 'features/people'],
    ['shared/nav.svelte.ts', 'features/chat'],
    ['features/chat/Main.svelte', 'shell/keys'],
    ['session/Gate.svelte', 'shell/links'],
    ['features/chat/Main.svelte', 'App.svelte'],
  ]) {
    expect(fault(from, to)).toContain('must not import')
  }
})

test('a new feature says its direction', () => {
  expect(fault('features/visits/List.svelte', 'features/calls')).toContain('no row')
})
