/** The areas of the window. The code of an area's panes comes when it is opened first: a start waits for one area only. */
import type { Area } from '$shared/nav.svelte'
import { SvelteMap } from 'svelte/reactivity'
import type { Component } from 'svelte'
import calls from '../features/calls'
import chat from '../features/chat'
import files from '../features/files'
import people from '../features/people'
import settings from '../features/settings'

export type Panes = { list: Component; main: Component; side?: Component }

const ALL: Record<Area, { panes: () => Promise<Panes> }> = { chat, calls, files, people, settings }

const loaded = new SvelteMap<Area, Panes>()

/** The panes of an area; undefined until `load` has brought them. */
export function panesOf(area: Area): Panes | undefined {
  return loaded.get(area)
}

export async function load(area: Area): Promise<void> {
  if (!loaded.has(area)) loaded.set(area, await ALL[area].panes())
}
