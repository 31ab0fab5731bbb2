/** Drives the machine's Chromium over its pipe: nothing is downloaded and no port is opened. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

type Message = { id?: number; sessionId?: string; method?: string; params?: Record<string, unknown>; result?: Record<string, unknown>; error?: { message: string } }

const PATIENCE_MS = 30_000
const KEY_CODES: Record<string, number> = { Tab: 9, Enter: 13, Escape: 27, End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Delete: 46, F2: 113, F6: 117 }

export class Chromium {
  readonly #process: ChildProcess
  readonly #profile = mkdtempSync(join(tmpdir(), 'telestack-pictures-'))
  readonly #write: Writable
  readonly #waiting = new Map<number, { session: string; answer: (message: Message) => void }>()
  #next = 1
  #target = ''
  #session = ''
  #size = { width: 1440, height: 900 }
  /** What the page complained about since it was opened. */
  complaints: string[] = []

  constructor() {
    const executable = process.env['CHROMIUM'] ?? 'chromium'
    const options = ['--headless=new', '--remote-debugging-pipe', '--no-first-run', '--hide-scrollbars', '--force-color-profile=srgb', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', `--user-data-dir=${this.#profile}`]
    // Where there is no user namespace (containers), Chromium has no sandbox; it opens only pages of this folder.
    if (process.getuid?.() === 0) options.push('--no-sandbox')
    this.#process = spawn(executable, [...options, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    this.#write = this.#process.stdio[3] as Writable
    this.#listen(this.#process.stdio[4] as Readable)
  }

  /** Of the pages opened from now on. */
  size(width: number, height: number): void {
    this.#size = { width, height }
  }

  /**
   * Opens a page of this tool and waits until it says that it stands. Each gets a renderer of its own: one that goes on from
   * page to page keeps the scripts of all of them as open files until V8 happens to collect, and dies when there are too many.
   */
  async go(url: string): Promise<void> {
    this.complaints = []
    if (this.#target) await this.#call('Target.closeTarget', { targetId: this.#target }, '')
    this.#target = String((await this.#call('Target.createTarget', { url: 'about:blank' }, ''))['targetId'])
    this.#session = String((await this.#call('Target.attachToTarget', { targetId: this.#target, flatten: true }, ''))['sessionId'])
    await this.#call('Page.enable')
    await this.#call('Runtime.enable')
    await this.#call('Emulation.setDeviceMetricsOverride', { ...this.#size, deviceScaleFactor: 1, mobile: false })
    await this.#call('Page.navigate', { url })
    const end = Date.now() + PATIENCE_MS
    while ((await this.run(`document.body?.dataset.ready === 'yes'`)) !== true) {
      if (Date.now() > end) throw new Error([`${url} never stood`, ...this.complaints].join('\n'))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async run(expression: string): Promise<unknown> {
    const answer = await this.#call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (answer['exceptionDetails']) throw new Error(JSON.stringify(answer['exceptionDetails']))
    return (answer['result'] as { value?: unknown }).value
  }

  /** A key as a person presses it: the browser moves the focus itself. */
  async press(key: string, modifiers: { ctrl?: boolean; shift?: boolean } = {}): Promise<void> {
    const code = KEY_CODES[key] ?? key.toUpperCase().charCodeAt(0)
    const text = key === 'Enter' ? '\r' : key.length === 1 && !modifiers.ctrl ? key : undefined
    const given = { key, code: key, windowsVirtualKeyCode: code, modifiers: (modifiers.ctrl ? 2 : 0) + (modifiers.shift ? 8 : 0) }
    await this.#call('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...given, ...(text === undefined ? {} : { text }) })
    await this.#call('Input.dispatchKeyEvent', { type: 'keyUp', ...given })
  }

  async picture(): Promise<Buffer> {
    const { data } = await this.#call('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(String(data), 'base64')
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.#call('Browser.close', {}, '').catch(() => undefined)
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  #call(method: string, params: Record<string, unknown> = {}, session = this.#session): Promise<Record<string, unknown>> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} did not answer`)), PATIENCE_MS)
      const answer = (message: Message): void => {
        clearTimeout(timer)
        if (message.error) reject(new Error(`${method}: ${message.error.message}`))
        else resolve(message.result ?? {})
      }
      this.#waiting.set(id, { session, answer })
      this.#write.write(`${JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) })}\0`)
    })
  }

  #listen(read: Readable): void {
    let rest = Buffer.alloc(0)
    read.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.#receive(JSON.parse(rest.subarray(0, end).toString()) as Message)
        rest = rest.subarray(end + 1)
      }
    })
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.answer(message)
      this.#waiting.delete(message.id)
    } else if (message.sessionId !== this.#session) return
    else if (message.method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(message.params?.['exceptionDetails']).slice(0, 600))
    else if (message.method === 'Inspector.targetCrashed' || message.method === 'Inspector.detached') this.#lose(message.method)
  }

  /** A renderer that died answers nothing that it was asked. */
  #lose(message: string): void {
    for (const [id, { session, answer }] of this.#waiting) {
      if (session !== this.#session) continue
      this.#waiting.delete(id)
      answer({ error: { message } })
    }
  }
}
