import overlay from './Overlay.svelte'
import * as panes from './panes'

export { chat } from './chat.svelte'
export default { panes, overlay }
