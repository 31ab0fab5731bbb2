import list from './CallsList.svelte'
import main from './CallsMain.svelte'
import overlay from './CallsOverlay.svelte'

export { calls } from './calls.svelte'
export default { list, main, overlay }
