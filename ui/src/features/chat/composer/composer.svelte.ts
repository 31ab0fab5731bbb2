/** What is being written in one room: the text, what it answers or changes, and files that wait to go along. */
import { commands, sendPasted, type ErrorCode, type Message } from '$shared/ipc'
import { SvelteMap } from 'svelte/reactivity'
import { Drafts } from './drafts'
import { mentioned } from './mentions'
import { fits, nameFor, Pasted } from './pasted.svelte'
import { Typing } from './typing'

type Mode = { kind: 'new' } | { kind: 'reply'; message: Message } | { kind: 'edit'; message: Message }

/** One for the window: a draft outlives the view of its room. */
export const drafts = new Drafts((roomId, text) => void commands.setDraft(roomId, text))

export class Composer {
  text = $state('')
  mode = $state.raw<Mode>({ kind: 'new' })
  files = $state.raw<string[]>([])
  /** What went wrong last; the text stays. */
  error = $state<ErrorCode | null>(null)
  /** What was pasted and waits to go along. */
  pasted = $state.raw<Pasted[]>([])
  busy = $state(false)
  /** Names put in from the list of people, by Matrix id. */
  readonly chosen = new SvelteMap<string, string>()
  readonly typing: Typing
  readonly #roomId: string
  /** What was being written when an edit began. */
  #before = ''
  #nextPasted = 1

  constructor(roomId: string, kept: string | null) {
    this.#roomId = roomId
    this.text = drafts.read(roomId, kept)
    this.typing = new Typing((active) => void commands.typing(roomId, active))
  }

  get ready(): boolean {
    return !this.busy && (this.text.trim() !== '' || (this.files.length + this.pasted.length > 0 && this.mode.kind !== 'edit'))
  }

  write(text: string): void {
    this.text = text
    this.error = null
    if (this.mode.kind !== 'edit') drafts.write(this.#roomId, text)
    if (text.trim() === '') this.typing.stop()
    else this.typing.wrote()
  }

  reply(message: Message): void {
    this.cancel()
    this.mode = { kind: 'reply', message }
  }

  edit(message: Message): void {
    if (message.body.kind !== 'text') return
    this.cancel()
    this.#before = this.text
    this.mode = { kind: 'edit', message }
    this.text = message.body.text
  }

  /** Leaves the reply or the edit; false where there was none. */
  cancel(): boolean {
    const mode = this.mode
    if (mode.kind === 'new') return false
    this.mode = { kind: 'new' }
    this.error = null
    if (mode.kind === 'edit') this.text = this.#before
    return true
  }

  /** Puts back what was written before; what is being written by now stands below it. */
  takeBack(text: string): void {
    this.cancel()
    this.write(this.text.trim() === '' ? text : `${text}\n\n${this.text}`)
  }

  attach(paths: readonly string[]): void {
    this.error = null
    this.files = [...this.files, ...paths.filter((path, i) => !this.files.includes(path) && paths.indexOf(path) === i)]
  }

  detach(path: string): void {
    this.files = this.files.filter((each) => each !== path)
  }

  /** Takes what was pasted; `picture` is what a picture without a name is called. */
  paste(files: readonly File[], picture: string): void {
    this.error = files.every(fits) ? null : 'too-large'
    this.pasted = [...this.pasted, ...files.filter(fits).map((file) => new Pasted(this.#nextPasted++, file, nameFor(file, picture)))]
  }

  putBack(pasted: Pasted): void {
    pasted.forget()
    this.pasted = this.pasted.filter((each) => each !== pasted)
  }

  /** Puts files that are too large for chat into Files; they are linked here once they are there. */
  async linkInstead(): Promise<void> {
    for (const path of this.files) {
      const answer = await commands.linkUpload(this.#roomId, path)
      if (answer.status === 'error') {
        // Of a drive's limit, not of chat's.
        this.error = answer.error.code === 'too-large' ? 'quota' : answer.error.code
        return
      }
      this.detach(path)
    }
    this.error = null
  }

  /** Sends what stands there. Where it fails, it stands there again. */
  async send(): Promise<boolean> {
    if (!this.ready) return false
    this.typing.sent()
    const { mode, files, pasted, text } = this
    const written = text.trim()
    if (mode.kind === 'edit') return this.#change(mode.message, written)
    this.error = null
    this.mode = { kind: 'new' }
    this.files = []
    this.pasted = []
    this.#put('')
    const failed = files.length + pasted.length > 0 ? await this.#sendFiles(files, pasted, written) : await this.#sendText(written, mode)
    if (failed === null) {
      this.chosen.clear()
      return true
    }
    this.error = failed
    if (this.text === '') this.#put(text)
    this.#answer(mode)
    return false
  }

  close(): void {
    this.typing.stop()
    this.cancel()
    drafts.flush(this.#roomId)
  }

  /** Comes back to what was answered, unless something else is by now. */
  #answer(mode: Mode): void {
    if (this.mode.kind === 'new') this.mode = mode
  }

  #put(text: string): void {
    this.text = text
    drafts.write(this.#roomId, text)
  }

  async #change(message: Message, text: string): Promise<boolean> {
    this.busy = true
    const answer = await commands.editText(this.#roomId, message.id, text)
    this.busy = false
    if (answer.status === 'error') this.error = answer.error.code
    else this.cancel()
    return answer.status === 'ok'
  }

  async #sendText(text: string, mode: Mode): Promise<ErrorCode | null> {
    const replyTo = mode.kind === 'reply' ? mode.message.eventId : null
    const answer = await commands.sendText(this.#roomId, text, replyTo, mentioned(text, this.chosen))
    return answer.status === 'ok' ? null : answer.error.code
  }

  /** The text goes along with the first file. Files that fail come back. */
  async #sendFiles(files: readonly string[], pasted: readonly Pasted[], text: string): Promise<ErrorCode | null> {
    let caption = text === '' ? null : text
    for (const [i, path] of files.entries()) {
      const answer = await commands.sendFile(this.#roomId, path, caption)
      if (answer.status === 'error') {
        this.files = [...files.slice(i), ...this.files]
        this.pasted = [...pasted, ...this.pasted]
        return answer.error.code
      }
      caption = null
    }
    for (const [i, each] of pasted.entries()) {
      const bytes = new Uint8Array(await each.file.arrayBuffer())
      const answer = await sendPasted({ roomId: this.#roomId, name: each.name, caption }, bytes)
      if (answer.status === 'error') {
        this.pasted = [...pasted.slice(i), ...this.pasted]
        return answer.error.code
      }
      each.forget()
      caption = null
    }
    return null
  }
}
