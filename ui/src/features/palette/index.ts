import overlay from './Palette.svelte'

export default { overlay }
