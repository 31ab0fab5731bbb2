/** What the window shows of this area; a part of every start, for every window begins with it. */
export { default as list } from './list/RoomList.svelte'
export { default as main } from './Main.svelte'
export { default as side } from './room/RoomSide.svelte'
