import { Channel, commands, type Devices } from '$shared/ipc'

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
