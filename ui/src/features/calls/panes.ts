/** What the window shows of this area; loaded when it is opened first. */
export { default as list } from './CallsList.svelte'
export { default as main } from './CallsMain.svelte'
