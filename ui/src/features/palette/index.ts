import overlay from './Palette.svelte'

export { openPalette } from './palette.svelte'
export default { overlay }
