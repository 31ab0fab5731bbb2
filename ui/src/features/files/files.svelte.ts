/** Drives, the open folder, uploads and what is chosen, as the core tells them. */
import { commands, type ApiError, type Drive, type FileEntry, type FolderItem, type ListDiff, type StorageUse, type Upload } from '$shared/ipc'
import { t } from '$shared/i18n'
import { language } from '$shared/i18n/language.svelte'
import { applyDiffs } from '$shared/stores/list_diff'
import { me } from '$shared/stores/me.svelte'
import { Subscription } from '$shared/stores/subscription.svelte'
import { toasts } from '$shared/stores/toasts.svelte'
import { Selection } from './selection.svelte'
import { sorted, type Sorting } from './sort'

/** Files of the desktop that hang over the window; `key` names the folder under them. */
export type Over = { count: number; key: string | null }

class Files {
  drives = $state.raw<Drive[]>([])
  use = $state.raw<StorageUse | null>(null)
  drive = $state<string | null>(null)
  path = $state('')
  items = $state.raw<FolderItem[]>([])
  state = $state<'loading' | 'ready' | 'failed'>('loading')
  uploads = $state.raw<Upload[]>([])
  view = $state<'grid' | 'list'>('grid')
  sorting = $state.raw<Sorting>({ by: 'name', down: false })
  over = $state.raw<Over | null>(null)
  /** Panes stay as they are: under a press that may still become a double one, and under a menu, nothing moves away. */
  steady = $state(false)
  error = $state.raw<ApiError | null>(null)
  readonly selection = new Selection()
  readonly #drives = new Subscription<Drive[]>()
  readonly #uploads = new Subscription<ListDiff<Upload>[]>()
  readonly #folder = new Subscription<ListDiff<FolderItem>[]>()
  #counts = 0
  #owner: string | null = null

  shown = $derived(sorted(this.items, this.sorting, language.current))
  order = $derived(this.shown.map(keyOf))
  chosen = $derived(this.shown.filter((item): item is FolderItem & { kind: 'file' } => item.kind === 'file' && this.selection.ids.has(keyOf(item))))
  /** Whether what can be done with the choice, and what is known about it, is shown. */
  considered = $derived(this.chosen.length > 0 && !this.steady)
  current = $derived(this.drives.find((each) => each.id === this.drive) ?? null)
  writable = $derived(this.current !== null && !this.current.readOnly)

  async open(): Promise<void> {
    this.#forget()
    this.state = 'loading'
    await Promise.all([
      this.#drives.start((updates) => commands.drives(updates), (list) => this.#show(list)),
      this.#uploads.start((updates) => commands.uploads(updates), (diffs) => (this.uploads = applyDiffs(this.uploads, diffs))),
      // Where somebody was is shown again without waiting for the rest.
      this.drive === null ? null : this.go(this.drive, this.path),
    ])
    if (this.drive === null && this.#drives.error) this.state = 'failed'
  }

  #show(drives: Drive[]): void {
    this.drives = drives
    void this.#count()
    const [first] = drives
    if (!first) this.state = 'ready'
    else if (this.drive === null) void this.go(first.id, '')
  }

  /** How much is used, whenever a drive is told to be fuller or emptier. */
  async #count(): Promise<void> {
    const asked = ++this.#counts
    const answer = await commands.storageUse()
    if (answer.status === 'ok' && asked === this.#counts) this.use = answer.data
  }

  /** What belonged to somebody who has signed out. */
  #forget(): void {
    const before = this.#owner
    this.#owner = me.matrixId
    if (before === null || before === this.#owner) return
    this.drives = []
    this.use = null
    this.drive = null
    this.path = ''
    this.items = []
    this.uploads = []
    this.error = null
    this.selection.clear()
  }

  close(): void {
    this.#counts += 1
    for (const each of [this.#drives, this.#uploads, this.#folder]) each.stop()
  }

  async go(drive: string, path: string): Promise<void> {
    this.drive = drive
    this.path = path
    this.items = []
    this.state = 'loading'
    this.selection.clear()
    this.selection.focused = null
    await this.#folder.start(
      (updates) => commands.openFolder(drive, path, updates),
      (diffs) => {
        const before = this.order
        this.items = applyDiffs(this.items, diffs)
        this.state = 'ready'
        this.selection.keep(this.order, before)
      },
    )
    if (this.#folder.error) this.state = 'failed'
  }

  enter(item: FolderItem): void {
    if (item.kind === 'file') void this.show(item)
    else if (this.drive !== null) void this.go(this.drive, item.path)
  }

  /** To the folder that this one is in, with the keyboard at the one left. */
  up(): void {
    if (this.drive === null) return
    const left = `folder:${this.path}`
    void this.go(this.drive, this.path.split('/').slice(0, -1).join('/'))
    this.selection.focused = left
  }

  async pick(): Promise<void> {
    const picked = await commands.pickFiles()
    if (picked.status === 'ok' && picked.data.length > 0) await this.upload(picked.data)
  }

  /** Into the open folder, or into one of its folders. */
  async upload(paths: string[], folder = this.path): Promise<void> {
    if (this.drive !== null) this.#report(await commands.upload(this.drive, folder, paths))
  }

  async download(file: FileEntry): Promise<void> {
    const place = await commands.pickSavePath(file.name)
    if (place.status === 'ok' && place.data !== null) this.#report(await commands.downloadFile(file.drive, file.id, place.data))
  }

  async show(file: FileEntry): Promise<void> {
    this.#report(await commands.openFile(file.drive, file.id))
  }

  async rename(file: FileEntry, name: string): Promise<boolean> {
    return this.#report(await commands.renameFile(file.drive, file.id, file.folder === '' ? name : `${file.folder}/${name}`))
  }

  async share(files: readonly FileEntry[], roomId: string): Promise<boolean> {
    for (const file of files) if (!this.#report(await commands.shareFile(file.drive, file.id, roomId))) return false
    toasts.tell(files.length === 1 ? t('files.shared', { name: files[0]?.name ?? '' }) : t('files.sharedMany', { count: files.length }))
    return true
  }

  /** Acts at once; what was deleted can be had back for eight seconds. */
  async remove(files: readonly FileEntry[]): Promise<void> {
    const tokens: string[] = []
    for (const file of files) {
      const answer = await commands.deleteFile(file.drive, file.id)
      if (answer.status === 'ok') tokens.push(answer.data)
      else this.error = answer.error
    }
    this.selection.clear()
    if (tokens.length === 0) return
    const text = tokens.length === 1 ? t('files.deleted', { name: files[0]?.name ?? '' }) : t('files.deletedMany', { count: tokens.length })
    toasts.tell(text, 'trash-2', () => void this.#takeBack(tokens))
  }

  async #takeBack(tokens: readonly string[]): Promise<void> {
    for (const token of tokens) this.#report(await commands.undoDelete(token))
  }

  #report(answer: { status: 'ok' } | { status: 'error'; error: ApiError }): boolean {
    this.error = answer.status === 'error' ? answer.error : null
    return answer.status === 'ok'
  }
}

export function keyOf(item: FolderItem): string {
  return item.kind === 'folder' ? `folder:${item.path}` : item.id
}

export const files = new Files()
