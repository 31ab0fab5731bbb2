export default { panes: () => import('./panes') }
