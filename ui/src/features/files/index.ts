import side from './FileSide.svelte'
import list from './FilesList.svelte'
import main from './FilesMain.svelte'

export { files } from './files.svelte'
export { reveal } from './reveal.svelte'
export default { list, main, side }
