export { people } from './people.svelte'
export default { panes: () => import('./panes') }
