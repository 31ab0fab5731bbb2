/** What the window shows of this area; loaded when it is opened first. */
export { default as list } from './list/RoomList.svelte'
export { default as main } from './Main.svelte'
export { default as side } from './room/RoomSide.svelte'
