/** One open room: its timeline, its people, and where one is in it. */
import { commands, type Member, type Message, type Sender, type TimelineItem, type TimelineUpdate } from '$shared/ipc'
import { t } from '$shared/i18n'
import { applyDiffs } from '$shared/stores/list_diff'
import { Subscription } from '$shared/stores/subscription.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { SvelteSet } from 'svelte/reactivity'
import { Composer } from '../composer/composer.svelte'
import { newSince } from '../timeline/anchor'
import { lines, reuse, type Line } from '../timeline/grouping'
import { NewLine } from '../timeline/new_line'
import { removals } from '../timeline/removals.svelte'
import { FindHere } from './find.svelte'
import { newestAboutPeople } from './members'

/** How far back a jump to an old message looks by itself. */
const JUMP_PAGES = 10
/** So many pages without anything to show, and asking stops. */
const EMPTY_PAGES = 20

export class RoomView {
  readonly id: string
  readonly subscription = new Subscription<TimelineUpdate>()
  readonly composer: Composer
  readonly find: FindHere
  items = $state.raw<TimelineItem[]>([])
  typing = $state.raw<Sender[]>([])
  /** Whether anything came yet. */
  known = $state(false)
  loadingOlder = $state(false)
  reachedStart = $state(false)
  olderFailed = $state(false)
  members = $state.raw<Member[] | null>(null)
  membersFailed = $state(false)
  newBefore = $state<string | null>(null)
  /** The timeline shows the newest, so that what comes is seen. */
  atBottom = $state(true)
  /** The line that is to be brought into view, and lights up for a moment. */
  wanted = $state<string | null>(null)
  /** Messages whose files go up to Files instead, by what was asked in this window. */
  readonly linking = new SvelteSet<string>()
  #seen = $state<string | null>(null)
  #marked: string | null = null
  #empty = 0
  /** The newest line about people; undefined before the first. */
  #peopleAt: string | null | undefined
  readonly #newLine = new NewLine()

  #before: Line[] = []
  readonly lines = $derived.by(() => (this.#before = reuse(this.#before, lines(this.items, this.newBefore, removals.ids))))
  readonly unseen = $derived(this.atBottom ? 0 : newSince(this.items, this.#seen))
  readonly messages = $derived(this.items.filter((item) => item.kind === 'message'))

  constructor(id: string, draft: string | null) {
    this.id = id
    this.composer = new Composer(id, draft)
    this.find = new FindHere(this)
  }

  async open(): Promise<void> {
    await this.subscription.start((updates) => commands.openTimeline(this.id, updates), (update) => this.#receive(update))
  }

  close(): void {
    this.subscription.stop()
    this.composer.close()
  }

  async older(): Promise<void> {
    if (this.loadingOlder || this.reachedStart || this.#empty > EMPTY_PAGES) return
    this.loadingOlder = true
    const before = this.items.length
    const answer = await commands.paginateBack(this.id)
    this.#empty = this.items.length === before ? this.#empty + 1 : 0
    this.loadingOlder = false
    this.olderFailed = answer.status === 'error'
  }

  async loadMembers(): Promise<void> {
    const answer = await commands.members(this.id)
    this.membersFailed = answer.status === 'error'
    if (answer.status === 'ok') this.members = answer.data
  }

  /** Called when the newest is in view: it counts as seen, and as read while somebody looks at the window. */
  see(looking: boolean): void {
    const last = this.items.findLast((item) => item.kind === 'message' || item.kind === 'notice')
    if (!last) return
    this.#seen = last.id
    if (!looking || this.#marked === last.id) return
    this.#marked = last.id
    void commands.markRead(this.id)
  }

  /** Brings a message into view, loading older ones where it lies further back; false where it is too far. */
  async jump(eventId: string): Promise<boolean> {
    for (let page = 0; page <= JUMP_PAGES; page++) {
      const found = this.items.find((item) => item.kind === 'message' && item.eventId === eventId)
      if (found) {
        this.wanted = found.id
        return true
      }
      if (this.reachedStart || this.olderFailed) break
      await this.older()
    }
    return false
  }

  lastEditable(): Message | null {
    return this.messages.findLast((message) => message.own && message.editable && message.body.kind === 'text') ?? null
  }

  async react(message: Message, key: string): Promise<void> {
    const answer = await commands.toggleReaction(this.id, message.id, key)
    if (answer.status === 'error') toasts.failed(answer.error)
  }

  /** What never left this computer is taken back; what others have seen is deleted for everybody. */
  async remove(message: Message): Promise<void> {
    if (message.state === 'sent') {
      removals.remove(this.id, message.id)
      return
    }
    const answer = await commands.redact(this.id, message.id)
    if (answer.status === 'error') toasts.failed(answer.error)
  }

  async retry(message: Message): Promise<void> {
    const answer = await commands.retrySend(this.id, message.id)
    if (answer.status === 'error') toasts.failed(answer.error)
  }

  /** Puts the file of a message that was refused as too large into Files; its link takes the message's place. */
  async link(message: Message): Promise<void> {
    this.linking.add(message.id)
    const answer = await commands.linkUnsent(this.id, message.id)
    if (answer.status === 'ok') return
    this.linking.delete(message.id)
    // Of a drive's limit, not of chat's.
    if (answer.error.code === 'too-large') toasts.tell(t('chat.tooLargeAnywhere'), 'circle-alert')
    else toasts.failed(answer.error)
  }

  /** Puts the words of a message that was refused back to where they are written. */
  async takeBack(message: Message): Promise<void> {
    if (message.body.kind !== 'text') return
    const answer = await commands.redact(this.id, message.id)
    if (answer.status === 'error') toasts.failed(answer.error)
    else this.composer.takeBack(message.body.text)
  }

  async save(message: Message, name: string): Promise<void> {
    const place = await commands.pickSavePath(name)
    if (place.status === 'error') toasts.failed(place.error)
    if (place.status === 'error' || place.data === null) return
    const answer = await commands.saveAttachment(this.id, message.id, place.data)
    if (answer.status === 'error') toasts.failed(answer.error)
    else toasts.tell(name, 'download')
  }

  /** Invitations change no count of the room: the newest line about people says that the list is old. */
  #followMembers(): void {
    const newest = newestAboutPeople(this.items)
    if (newest === this.#peopleAt) return
    const first = this.#peopleAt === undefined
    this.#peopleAt = newest
    if (!first && this.members !== null) void this.loadMembers()
  }

  /** Who has just said something has ended writing it, before the server says so. */
  #heard(): void {
    const newest = this.items.at(-1)
    if (newest?.kind === 'message' && this.typing.some(({ id }) => id === newest.sender.id)) this.typing = this.typing.filter(({ id }) => id !== newest.sender.id)
  }

  #receive(update: TimelineUpdate): void {
    switch (update.kind) {
      case 'items':
        this.items = applyDiffs(this.items, update.diffs)
        this.#heard()
        this.newBefore = this.#newLine.follow(this.items, !this.atBottom || !document.hasFocus())
        this.known = true
        this.#followMembers()
        break
      case 'typing':
        this.typing = update.who
        break
      case 'pagination':
        this.loadingOlder = update.loading
        this.reachedStart = update.reachedStart
        if (update.reachedStart) this.known = true
        break
    }
  }
}
