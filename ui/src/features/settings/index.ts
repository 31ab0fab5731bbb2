import list from './SettingsList.svelte'
import main from './SettingsMain.svelte'

export default { list, main }
