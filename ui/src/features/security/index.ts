import overlay from './Overlay.svelte'
import section from './Security.svelte'

export { security } from './security.svelte'
export default { overlay, section }
