import overlay from './Overlay.svelte'

export { chat } from './chat.svelte'
export default { panes: () => import('./panes'), overlay }
