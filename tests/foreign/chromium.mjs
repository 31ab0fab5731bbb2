// Debian's Chromium without a window, driven over its own debugging protocol: for every suite that needs a browser.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--no-first-run",
  "--remote-debugging-pipe",
  "--window-size=1000,700",
];

/** A camera and a microphone that nobody has to allow. */
export const FAKE_DEVICES = [
  "--autoplay-policy=no-user-gesture-required",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream=fps=10",
];

export class Chromium {
  static async start(flags = []) {
    const profile = await mkdtemp(join(tmpdir(), "telestack-chromium-"));
    const program = process.env.TELESTACK_CHROMIUM ?? "chromium";
    const all = [...FLAGS, ...flags, `--user-data-dir=${profile}`, "about:blank"];
    // It reads what it is told from its fourth file and answers in its fifth.
    const child = spawn(program, all, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const failed = new Promise((_, reject) => {
      child.once("error", () => reject(new Error(`${program} cannot be started: install Debian's chromium`)));
      child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
    });
    const chromium = new Chromium(child, profile);
    await Promise.race([failed, chromium.send("Browser.getVersion")]);
    failed.catch(() => {});
    return chromium;
  }

  constructor(child, profile) {
    const [, , , told, said] = child.stdio;
    Object.assign(this, { child, profile, told, next: 1, waiting: new Map(), listeners: new Map() });
    // One that ended is told nothing more.
    told.on("error", () => {});
    let rest = [];
    said.on("data", (data) => {
      for (let end = data.indexOf(0); end !== -1; end = data.indexOf(0)) {
        this.#hear(JSON.parse(Buffer.concat([...rest, data.subarray(0, end)]).toString()));
        [rest, data] = [[], data.subarray(end + 1)];
      }
      rest.push(data);
    });
  }

  #hear(message) {
    if (!message.id) {
      this.listeners.get(message.sessionId)?.(message.method, message.params);
      return;
    }
    const { resolve, reject } = this.waiting.get(message.id) ?? {};
    this.waiting.delete(message.id);
    if (message.error) reject?.(new Error(message.error.message));
    else resolve?.(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    this.told.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** A page with storage of its own. `heard` gets what the page says by `say(text)`. */
  async open(url, heard = () => {}) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.listeners.set(sessionId, (method, params) => {
      if (method === "Runtime.bindingCalled" && params.name === "say") heard(params.payload);
      if (method === "Page.loadEventFired") page.whenLoaded?.();
      if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)) {
        page.complaints.push(params.args.map((arg) => arg.value ?? arg.description ?? "").join(" ").slice(0, 300));
      }
      if (method === "Runtime.exceptionThrown") {
        page.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      }
    });
    await this.send("Runtime.enable", {}, sessionId);
    await this.send("Runtime.addBinding", { name: "say" }, sessionId);
    await this.send("Page.enable", {}, sessionId);
    await this.send("Page.navigate", { url }, sessionId);
    return page;
  }

  async stop() {
    await Promise.race([this.send("Browser.close").catch(() => {}), new Promise((r) => setTimeout(r, 3000))]);
    this.child.kill("SIGKILL");
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(chromium, sessionId) {
    Object.assign(this, { chromium, sessionId, complaints: [] });
  }

  /** The value of an expression in the page. */
  async evaluate(expression) {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const answer = await this.chromium.send("Runtime.evaluate", params, this.sessionId);
    if (answer.exceptionDetails) {
      throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    }
    return answer.result.value;
  }

  /** Loads it anew, and waits for it. */
  async reload() {
    const loaded = new Promise((resolve) => (this.whenLoaded = resolve));
    await this.chromium.send("Page.reload", {}, this.sessionId);
    await loaded;
  }

  /** The cookies that go with calls to an address, those too that no script reads. */
  async cookies(url) {
    return (await this.chromium.send("Network.getCookies", { urls: [url] }, this.sessionId)).cookies;
  }

  /** A picture of the page, as base64 of a PNG. */
  async picture() {
    return (await this.chromium.send("Page.captureScreenshot", {}, this.sessionId)).data;
  }
}
