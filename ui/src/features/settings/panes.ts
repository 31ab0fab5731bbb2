/** What the window shows of this area; loaded when it is opened first. */
export { default as list } from './SettingsList.svelte'
export { default as main } from './SettingsMain.svelte'
