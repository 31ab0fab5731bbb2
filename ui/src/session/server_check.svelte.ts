/** Looks for the server as soon as its name was written, so that nobody types a password for nothing. */
import { commands, type ErrorCode } from '$shared/ipc'

/** What has to do with the server's field rather than with the password's. */
const OF_SERVER: readonly ErrorCode[] = ['not-found-server', 'not-telestack', 'untrusted-certificate', 'clock-off', 'offline']

export function concernsServer(code: ErrorCode | null): boolean {
  return code !== null && OF_SERVER.includes(code)
}

export class ServerCheck {
  /** The name of the organisation behind it. */
  found = $state<string | null>(null)
  fault = $state<ErrorCode | null>(null)
  #asked = 0
  #last = ''

  async look(server: string): Promise<void> {
    const wanted = server.trim()
    if (wanted === '' || (wanted === this.#last && this.fault === null)) return
    const asked = ++this.#asked
    this.#last = wanted
    this.found = null
    this.fault = null
    const answer = await commands.checkServer(wanted)
    if (asked !== this.#asked) return
    if (answer.status === 'ok') this.found = answer.data.name
    else this.fault = answer.error.code
  }

  /** What was found is of the name that stood there. */
  forget(): void {
    this.#asked += 1
    this.#last = ''
    this.found = null
    this.fault = null
  }
}
