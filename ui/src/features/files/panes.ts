/** What the window shows of this area; loaded when it is opened first. */
export { default as list } from './FilesList.svelte'
export { default as main } from './FilesMain.svelte'
export { default as side } from './FileSide.svelte'
