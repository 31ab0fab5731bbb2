import overlay from './CallsOverlay.svelte'

export { calls } from './calls.svelte'
export default { panes: () => import('./panes'), overlay }
