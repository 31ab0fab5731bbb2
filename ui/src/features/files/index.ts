export { files } from './files.svelte'
export { reveal } from './reveal.svelte'
export default { panes: () => import('./panes') }
