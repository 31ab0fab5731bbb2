// What the SDK expects of a browser and Node lacks: a window with storage and timers, and web sockets.

import { WebSocket } from "ws";

const kept = new Map();

globalThis.WebSocket ??= WebSocket;
globalThis.window ??= {
  // The SDK warns here of sessions kept in storage; that is what a client without cookies does.
  console: { ...console, warn: () => {} },
  localStorage: {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, String(value)),
    removeItem: (key) => kept.delete(key),
  },
  setInterval: (...given) => setInterval(...given),
  clearInterval: (timer) => clearInterval(timer),
};

/** As if the browser had been emptied. */
export function forget() {
  kept.clear();
}
