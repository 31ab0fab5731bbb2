import overlay from './Overlay.svelte'
import section from './Security.svelte'

export default { overlay, section }
