// The desktop app's core without a window, as a peer: `telestack-headless`, one line of JSON per event.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stack, until } from "./stack.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const program = process.env.TELESTACK_HEADLESS_BINARY ?? join(target, "debug/telestack-headless");

/** The hash that engines.toml pins for this machine's library. */
function pinnedHash() {
  const text = readFileSync(join(root, "engines.toml"), "utf8");
  const found = /\[ffi\.library\.linux-x86_64\][^[]*sha256 = "([0-9a-f]{64})"/.exec(text);
  if (!found) throw new Error("engines.toml pins no library for this machine");
  return found[1];
}

export class Desktop {
  constructor(userId, ...action) {
    if (!existsSync(program)) throw new Error(`build telestack-headless first: ${program}`);
    const { email, password } = stack.people.find((person) => person.userId === userId);
    this.said = [];
    this.errors = "";
    this.child = spawn(program, ["--server", stack.server, "--email", email, ...action], {
      env: {
        ...process.env,
        TELESTACK_PASSWORD: password,
        TELESTACK_FFI_LIBRARY: join(root, ".telestack/ffi/liblivekit_ffi.so"),
        TELESTACK_FFI_SHA256: pinnedHash(),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface(this.child.stdout).on("line", (line) => this.said.push(JSON.parse(line)));
    this.child.stderr.on("data", (data) => (this.errors = (this.errors + data).slice(-2000)));
    this.ended = new Promise((resolve) => this.child.once("exit", (code) => resolve(code)));
  }

  /** Waits until it says something that fits. */
  async says(what, fits, patience) {
    try {
      return await until(what, () => this.said.findLast(fits), patience);
    } catch (error) {
      throw new Error(`${error.message}; it said ${JSON.stringify(this.said.slice(-5))} ${this.errors}`);
    }
  }

  /** Ends it as Ctrl-C would: it leaves calls and signs out. */
  async stop() {
    this.child.kill("SIGINT");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(late);
  }
}
