// npm appwrite in a real browser: what it keeps, what it sends back, and what pages of which origin may do.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Chromium } from "../chromium.mjs";
import { admin, stack, until } from "./stack.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><title>Page</title><script src="/sdk.js"></script>`;
const project = stack.appwrite.project;
/** The API under another name of this machine. */
const endpoint = (host) => Object.assign(new URL(stack.appwrite.endpoint), { hostname: host }).href;
// Pages and API are of one site where their hosts are the same: ports do not count.
const SAME_SITE = endpoint("localhost");
const OTHER_SITE = endpoint("127.0.0.1");
// New at each run: a stack may be tested twice.
const run = Date.now();
const email = `bea-${run}@example.org`;
const password = "a long enough password";
const bucketId = `pages-${run}`;
let chromium, server, platform;

before(async () => {
  const sdk = await readFile(join(dirname(createRequire(import.meta.url).resolve("appwrite/package.json")), "dist/iife/sdk.js"));
  server = createServer((request, response) => {
    const isSdk = request.url === "/sdk.js";
    response.writeHead(200, { "content-type": isSdk ? "text/javascript" : "text/html" }).end(isSdk ? sdk : PAGE);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  chromium = await Chromium.start();
  platform = await admin("POST", "/project/platforms/web", { platformId: "unique()", name: "Pages", hostname: "localhost" });
  const permissions = ['create("users")'];
  await admin("POST", "/storage/buckets", { bucketId, name: "Pages", permissions, fileSecurity: true });
});

after(async () => {
  await chromium?.stop();
  server?.close();
  await admin("DELETE", `/storage/buckets/${bucketId}`);
  if (platform) await admin("DELETE", `/project/platforms/${platform.$id}`);
});

/** A page of a host in a browser that knows nothing yet. `run` runs the body of a function in it, with the SDK at hand. */
async function open(host, api) {
  const page = await chromium.open(`http://${host}:${server.address().port}/`);
  await until("the page", () => page.evaluate("typeof Appwrite === 'object'").catch(() => false));
  const hand = `
    const client = new Appwrite.Client().setEndpoint(${JSON.stringify(api)}).setProject(${JSON.stringify(project)});
    const account = new Appwrite.Account(client), storage = new Appwrite.Storage(client);
    const [email, password, bucketId] = ${JSON.stringify([email, password, bucketId])};
    const refusal = (call) => call.then(() => "nothing was refused", (error) => error.type || error.message);`;
  return {
    run: (body) => page.evaluate(`(async () => {${hand}\n${body}})()`),
    cookies: () => page.cookies(api),
    reload: () => page.reload(),
  };
}

test("a session is in cookies that no script reads, and goes with every call of the page's site", async () => {
  const page = await open("localhost", SAME_SITE);
  const made = await page.run("return (await account.create({ userId: 'unique()', email, password, name: 'Bea' })).$id");
  assert.equal(await page.run("return refusal(account.get())"), "general_unauthorized_scope");
  await page.run("await account.createEmailPasswordSession({ email, password })");
  const kept = await page.cookies();
  assert.deepEqual(kept.map(({ name }) => name).sort(), [`a_session_${project}`, `a_session_${project}_legacy`]);
  for (const cookie of kept) {
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, false, "Lax"]);
    assert.ok(cookie.expires * 1000 > Date.now() + 86_400_000, "it outlives the browser");
  }
  assert.equal(await page.run("return document.cookie + localStorage.length"), "0", "scripts see nothing of it");
  await page.reload();
  assert.equal(await page.run("return (await account.get()).$id"), made);

  // A file in chunks, of which a picture is at the beginning: decoders read no further.
  const uploaded = await page.run(`
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    canvas.getContext("2d").fillRect(0, 0, 64, 48);
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const file = new File([picture, new Uint8Array(11 * 1024 * 1024)], "plan.png");
    const seen = [];
    const made = await storage.createFile({ bucketId, fileId: "plan", file, onProgress: ({ chunksUploaded }) => seen.push(chunksUploaded) });
    return { chunks: made.chunksTotal, seen: Math.max(...seen) }`);
  assert.deepEqual(uploaded, { chunks: 3, seen: 3 });
  // The browser asks for it by itself. Nobody else may read the file: the cookie goes along.
  const size = await page.run(`
    const image = new Image();
    image.src = storage.getFilePreview({ bucketId, fileId: "plan", width: 32, output: "webp" });
    await image.decode();
    return [image.naturalWidth, image.naturalHeight]`);
  assert.deepEqual(size, [32, 24]);

  const told = await page.run(`
    const realtime = new Appwrite.Realtime(client);
    const heard = new Promise((resolve) => realtime.subscribe(["account"], resolve));
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("nothing was told")), 15000));
    // Told is what happens after the subscription: asked for again until then.
    const again = setInterval(() => account.updateName({ name: "Bea B." }), 200);
    const { payload } = await Promise.race([heard, late]);
    clearInterval(again);
    return payload.$id + payload.name`);
  assert.equal(told, `${made}Bea B.`, "the socket was opened with the cookie");

  await page.run("await account.deleteSession({ sessionId: 'current' })");
  assert.deepEqual(await page.cookies(), []);
  await page.reload();
  assert.equal(await page.run("return refusal(account.get())"), "general_unauthorized_scope");
});

test("a page of another site, whose cookies browsers keep back, keeps the session itself", async () => {
  const page = await open("localhost", OTHER_SITE);
  await page.run("await account.createEmailPasswordSession({ email, password })");
  assert.deepEqual(await page.cookies(), [], "the browser took none");
  await page.reload();
  assert.equal(await page.run("return (await account.get()).email"), email);
  const told = await page.run(`
    const realtime = new Appwrite.Realtime(client);
    const heard = new Promise((resolve) => realtime.subscribe(["account"], resolve));
    const again = setInterval(() => account.updateName({ name: "Bea" }), 200);
    const { payload } = await heard;
    clearInterval(again);
    return payload.name`);
  assert.equal(told, "Bea");
  await page.run("await account.deleteSession({ sessionId: 'current' })");
  assert.equal(await page.run("return localStorage.getItem('cookieFallback')"), "[]");
  assert.equal(await page.run("return refusal(account.get())"), "general_unauthorized_scope");
});

test("a page of an origin that nobody declared gets nothing", async () => {
  const page = await open("stranger.localhost", SAME_SITE);
  for (const call of ["account.get()", "account.createEmailPasswordSession({ email, password })"]) {
    assert.equal(await page.run(`return refusal(${call})`), "Failed to fetch", call);
  }
  const socket = await page.run(`
    const socket = new WebSocket(${JSON.stringify(SAME_SITE.replace("http", "ws"))} + "/realtime?project=" + ${JSON.stringify(project)});
    return new Promise((resolve) => { socket.onopen = () => resolve("open"); socket.onerror = () => resolve("refused"); })`);
  assert.equal(socket, "refused");
  assert.deepEqual(await page.cookies(), []);
});
