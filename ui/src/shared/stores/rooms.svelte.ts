/** The rooms of this account as the core keeps them. */
import { t } from '$shared/i18n'
import { commands, type ListDiff, type RoomSummary } from '$shared/ipc'
import { directory } from './directory.svelte'
import { applyDiffs } from './list_diff'
import { Subscription } from './subscription.svelte'

/** A conversation is called by whom it is with, also before their membership has come. */
function named(room: RoomSummary): RoomSummary {
  if (room.name !== '') return room
  return { ...room, name: directory.person(room.directUser)?.name ?? t('chat.nameless') }
}

class Rooms {
  #told = $state.raw<RoomSummary[]>([])
  readonly items = $derived(this.#told.map(named))
  /** Whether the core has told the list once; an empty one before that is not an empty account. */
  known = $state(false)
  readonly subscription = new Subscription<ListDiff<RoomSummary>[]>()
  #asked: Promise<boolean> | null = null

  /** What the rail's badge counts: muted rooms stay silent, invitations ask for an answer. */
  unread = $derived(this.items.reduce((sum, room) => sum + (room.membership === 'invited' ? 1 : room.muted ? room.mentions : room.unread), 0))

  /** Does nothing while they are open. What was asked before anybody was signed in may still be refused: its answer is waited for. */
  async open(): Promise<void> {
    await this.#asked
    if (this.subscription.active) return
    this.#asked = this.subscription.start(
      (updates) => commands.rooms(updates),
      (diffs) => {
        this.#told = applyDiffs(this.#told, diffs)
        this.known = true
      },
    )
    await this.#asked
  }

  close(): void {
    this.subscription.stop()
    this.#told = []
    this.known = false
  }

  find(id: string | null): RoomSummary | null {
    return this.items.find((room) => room.id === id) ?? null
  }

  /** A conversation whose other person has not come yet, or has left. */
  isAlone(id: string): boolean {
    const room = this.find(id)
    return room?.kind === 'direct' && room.membership === 'joined' && room.memberCount < 2
  }
}

export const rooms = new Rooms()
