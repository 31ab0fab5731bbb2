// Debian's Chromium without a window, with fake devices, driven over its own debugging protocol.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { until } from "./stack.mjs";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--autoplay-policy=no-user-gesture-required",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream=fps=10",
  "--no-first-run",
  "--remote-debugging-port=0",
  "--window-size=1000,700",
];

export class Chromium {
  static async start() {
    const profile = await mkdtemp(join(tmpdir(), "telestack-chromium-"));
    const program = process.env.TELESTACK_CHROMIUM ?? "chromium";
    const child = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], { stdio: "ignore" });
    const failed = new Promise((_, reject) => {
      child.once("error", () => reject(new Error(`${program} cannot be started: install Debian's chromium`)));
    });
    const address = await Promise.race([
      failed,
      until("Chromium", async () => {
        const text = await readFile(join(profile, "DevToolsActivePort"), "utf8").catch(() => "");
        const [port, path] = text.trim().split("\n");
        return path && `ws://127.0.0.1:${port}${path}`;
      }),
    ]);
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return new Chromium(child, profile, socket);
  }

  constructor(child, profile, socket) {
    Object.assign(this, { child, profile, socket, next: 1, waiting: new Map(), listeners: new Map() });
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.id) {
        const { resolve, reject } = this.waiting.get(message.id) ?? {};
        this.waiting.delete(message.id);
        if (message.error) reject?.(new Error(message.error.message));
        else resolve?.(message.result);
      } else {
        this.listeners.get(message.sessionId)?.(message.method, message.params);
      }
    });
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** A page with storage of its own. `heard` gets what the page says by `say(text)`. */
  async open(url, heard) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.listeners.set(sessionId, (method, params) => {
      if (method === "Runtime.bindingCalled" && params.name === "say") heard(params.payload);
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
    this.socket.terminate();
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

  /** A picture of the page, as base64 of a PNG. */
  async picture() {
    return (await this.chromium.send("Page.captureScreenshot", {}, this.sessionId)).data;
  }
}
