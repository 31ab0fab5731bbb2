/** Views of chat. */
import { nav } from '../../src/shared/nav.svelte'
import { roomId } from '../world/rooms'
import type { Views } from './view'

export const chat: Views = {
  chat: { act: () => nav.openRoom(roomId('release')) },
  'chat-none': { act: () => nav.go('chat') },
  'chat-invited': { act: () => nav.openRoom(roomId('design')) },
  'chat-typing': { world: (world) => (world.typing = ['Grace Kim']), act: () => nav.openRoom(roomId('release')) },
}
