/** What the window shows of this area; loaded when it is opened first. */
export { default as list } from './PeopleList.svelte'
export { default as main } from './PeopleMain.svelte'
export { default as side } from './Profile.svelte'
