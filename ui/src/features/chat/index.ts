import list from './list/RoomList.svelte'
import main from './Main.svelte'
import overlay from './Overlay.svelte'
import side from './room/RoomSide.svelte'

export { chat } from './chat.svelte'
export default { list, main, side, overlay }
