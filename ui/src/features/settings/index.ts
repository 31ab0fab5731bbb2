import list from './SettingsList.svelte'
import main from './SettingsMain.svelte'

export { settings } from './settings.svelte'
export default { list, main }
