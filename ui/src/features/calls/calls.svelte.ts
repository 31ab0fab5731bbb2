/** The calls of this session as the core tells them, and what the window chose to look at. */
import { Channel, commands, type CallsView, type Devices } from '$shared/ipc'

export type PreJoin = { roomId: string; title: string; video: boolean }

const NOTHING: CallsView = { current: null, ringing: [], history: [] }

class Calls {
  view = $state.raw<CallsView>(NOTHING)
  /** The room somebody is about to join or start a call in. */
  preJoin = $state.raw<PreJoin | null>(null)
  /** A line of the history that is looked at. */
  chosen = $state<string | null>(null)
  /** Code of the last thing that did not work, until the next try. */
  error = $state<string | null>(null)
  #subscription: number | null = null

  get current() {
    return this.view.current
  }

  async open(): Promise<void> {
    const updates = new Channel<CallsView>()
    updates.onmessage = (view) => (this.view = view)
    const answer = await commands.calls(updates)
    if (answer.status === 'ok') this.#subscription = answer.data
  }

  close(): void {
    if (this.#subscription !== null) void commands.unsubscribe(this.#subscription)
    this.#subscription = null
    this.view = NOTHING
    this.preJoin = null
    this.chosen = null
  }

  prepare(roomId: string, title: string, video = true): void {
    this.error = null
    this.preJoin = { roomId, title, video }
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
    void this.#try(commands.leaveCall())
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

/** Devices and the level of the microphone, while something shows them. */
export function watchDevices(changed: (devices: Devices) => void): () => void {
  const updates = new Channel<Devices>()
  updates.onmessage = changed
  let id: number | null = null
  let over = false
  void commands.devices(updates).then((answer) => {
    if (answer.status === 'error') return
    if (over) void commands.unsubscribe(answer.data)
    else id = answer.data
  })
  return () => {
    over = true
    if (id !== null) void commands.unsubscribe(id)
  }
}
