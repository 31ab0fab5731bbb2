/** What the chat area looks at: how the list is filtered, which room is open and what floats over both. */
import { nav } from '$shared/nav.svelte'
import { rooms } from '$shared/stores/rooms.svelte'
import { neighbour, sections, type Filter } from './list/sections'
import type { RoomView } from './room/view.svelte'

export type Dialog = { kind: 'message' } | { kind: 'room' } | { kind: 'leave'; roomId: string } | { kind: 'invite'; roomId: string } | { kind: 'picture'; itemId: string } | null

class Chat {
  filter = $state<Filter>('all')
  query = $state('')
  dialog = $state.raw<Dialog>(null)
  /** The open room, while Chat is the open area. */
  view = $state.raw<RoomView | null>(null)
  /** What the composer of the open room does to get the focus. */
  focusComposer: () => void = () => undefined
  /** Brings the newest message into view. */
  toNewest: () => void = () => undefined

  readonly sections = $derived(sections(rooms.items, this.filter, this.query, nav.room))

  go(step: 1 | -1, unreadOnly: boolean): void {
    const id = neighbour(this.sections, nav.room, step, unreadOnly)
    if (id !== null) nav.openRoom(id)
  }
}

export const chat = new Chat()
