/** Who is signed in, for what must tell oneself from others. */
import type { Me } from '$shared/ipc'

class MeStore {
  current = $state.raw<Me | null>(null)
  /** The name of the server, which is the organisation's. */
  organisation = $state('')

  get matrixId(): string | null {
    return this.current?.matrixId ?? null
  }
}

export const me = new MeStore()
