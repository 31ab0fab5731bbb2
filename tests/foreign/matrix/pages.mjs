// Serves Element Call's files and the page that holds it in a frame.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";

const KINDS = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2",
};
const folder = join(dirname(createRequire(import.meta.url).resolve("@element-hq/element-call-embedded/package.json")), "dist");

// What the frame says goes to the test, what the test says goes into the frame.
const HOST = `<!doctype html><meta charset="utf-8"><title>Host</title>
<style>html, body, iframe { margin: 0; border: 0; width: 100%; height: 100%; }</style>
<iframe id="call" allow="camera; microphone; display-capture; autoplay; fullscreen"></iframe>
<script>
  const frame = document.getElementById("call");
  addEventListener("message", (event) => {
    if (event.source === frame.contentWindow) say(JSON.stringify(event.data));
  });
  globalThis.tell = (message) => frame.contentWindow.postMessage(message, location.origin);
  globalThis.load = (url) => { frame.src = url; };
</script>`;

export async function servePages() {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    try {
      const body = path === "/host.html" ? HOST : await readFile(join(folder, path));
      response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
