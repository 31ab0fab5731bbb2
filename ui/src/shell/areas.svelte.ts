/** The areas of the window. Every window begins with Chat; the code of the others comes when they are opened first. */
import type { Area } from '$shared/nav.svelte'
import { SvelteMap } from 'svelte/reactivity'
import type { Component } from 'svelte'
import calls from '../features/calls'
import chat from '../features/chat'
import files from '../features/files'
import people from '../features/people'
import settings from '../features/settings'

export type Panes = { list: Component; main: Component; side?: Component }

const LATER = { calls, files, people, settings }

const loaded = new SvelteMap<Area, Panes>([['chat', chat.panes]])

/** The panes of an area; undefined until `load` has brought them. */
export function panesOf(area: Area): Panes | undefined {
  return loaded.get(area)
}

export async function load(area: Area): Promise<void> {
  if (area !== 'chat' && !loaded.has(area)) loaded.set(area, await LATER[area].panes())
}
