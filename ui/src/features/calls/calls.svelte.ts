/** The calls of this session as the core tells them, and what the window chose to look at. */
import { commands, type CallsView, type CallView } from '$shared/ipc'
import { t } from '$shared/i18n'
import { nav, type Area } from '$shared/nav.svelte'
import { rooms } from '$shared/stores/rooms.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { Subscription } from '$shared/stores/subscription.svelte'

/** `from` is where somebody was before, who may think better of it. */
export type PreJoin = { roomId: string; title: string; video: boolean; from: Area }

const NOTHING: CallsView = { current: null, ringing: [], history: [] }

class Calls {
  view = $state.raw<CallsView>(NOTHING)
  /** The room somebody is about to join or start a call in. */
  preJoin = $state.raw<PreJoin | null>(null)
  /** A line of the history that is looked at. */
  chosen = $state<string | null>(null)
  /** Code of the last thing that did not work, until the next try. */
  error = $state<string | null>(null)
  /** Whether the core has told its calls once; an empty history before that is not an empty one. */
  known = $state(false)
  /** The call that somebody here has ended, so that its end is no news. */
  #left: string | null = null
  readonly subscription = new Subscription<CallsView>()

  get current() {
    return this.view.current
  }

  /** A call, or the look in the mirror before it, has the window for itself: the list makes room. */
  get whole(): boolean {
    return this.view.current !== null || this.preJoin !== null
  }

  async open(): Promise<void> {
    await this.subscription.start(
      (updates) => commands.calls(updates),
      (view) => {
        this.#tellEnd(this.view.current, view.current)
        this.view = view
        this.known = true
      },
    )
  }

  close(): void {
    this.subscription.stop()
    this.view = NOTHING
    this.known = false
    this.preJoin = null
    this.chosen = null
  }

  prepare(roomId: string, title: string, video = true): void {
    this.error = null
    this.preJoin = { roomId, title, video, from: nav.area }
  }

  /** Out of the look in the mirror, to where one was. */
  back(): void {
    if (this.preJoin && this.preJoin.from !== 'calls') nav.go(this.preJoin.from)
    this.preJoin = null
  }

  /** Looks at a line of the history, or at none. */
  choose(entry: string | null): void {
    this.chosen = entry
    this.preJoin = null
  }

  async join(roomId: string, mic: boolean, camera: boolean): Promise<boolean> {
    const done = await this.#try(commands.startCall(roomId, mic, camera))
    if (done) this.preJoin = null
    return done
  }

  async accept(ringId: string, camera: boolean): Promise<boolean> {
    return this.#try(commands.acceptCall(ringId, camera))
  }

  decline(ringId: string): void {
    void this.#try(commands.declineCall(ringId))
  }

  leave(): void {
    this.#left = this.current?.roomId ?? null
    void this.#try(commands.leaveCall())
  }

  /** The other of two has left, or declined, and the call is over. */
  #tellEnd(before: CallView | null, after: CallView | null): void {
    const ofTwo = rooms.find(before?.roomId ?? '')?.kind === 'direct'
    if (before && !after && ofTwo && before.phase.kind !== 'failed' && this.#left !== before.roomId) toasts.tell(t(before.tiles.every((tile) => tile.own) ? 'calls.declinedBy' : 'calls.over', { title: before.title }), 'phone-off')
    if (!after) this.#left = null
  }

  toggle(what: 'mic' | 'camera' | 'screen'): void {
    const call = this.current
    if (!call) return
    const command = { mic: commands.setMic, camera: commands.setCamera, screen: commands.setScreen }[what]
    void this.#try(command(!call[what]))
  }

  async #try(command: ReturnType<typeof commands.leaveCall>): Promise<boolean> {
    this.error = null
    const answer = await command
    if (answer.status === 'error') this.error = answer.error.code
    return answer.status === 'ok'
  }
}

export const calls = new Calls()
