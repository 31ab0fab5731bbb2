// Pictures as a page shows them: initials, flags, browsers, cards and codes, by the addresses that the SDKs make.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Avatars as WebAvatars, Client as WebClient } from "appwrite";
import { Avatars, Browser, Client, CreditCard, Flag } from "node-appwrite";
import { stack } from "./stack.mjs";

const { endpoint, project, key } = stack.appwrite;
const web = new WebAvatars(new WebClient().setEndpoint(endpoint).setProject(project));
const server = new Avatars(new Client().setEndpoint(endpoint).setProject(project).setKey(key));

/** Width and height out of a PNG's header. */
function size(buffer) {
  const bytes = new DataView(buffer);
  assert.equal(bytes.getUint32(0), 0x89504e47, "a PNG");
  return [bytes.getUint32(16), bytes.getUint32(20)];
}

/** As a browser fetches an address that the SDK made. */
async function shown(url) {
  const answer = await fetch(url);
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "image/png"], String(url));
  return size(await answer.arrayBuffer());
}

test("a page shows initials, a flag and a code", async () => {
  assert.deepEqual(await shown(web.getInitials({ name: "Ada Lovelace", width: 64, height: 64 })), [64, 64]);
  assert.deepEqual(await shown(web.getFlag({ code: Flag.Germany, width: 40, height: 30, quality: 80 })), [40, 30]);
  assert.deepEqual(await shown(web.getQR({ text: "https://example.org", size: 300, margin: 2 })), [300, 300]);
});

test("there is a picture for every code that the SDK knows", async () => {
  for (const code of Object.values(Flag)) size(await server.getFlag({ code, width: 4, height: 3 }));
  for (const code of Object.values(Browser)) size(await server.getBrowser({ code, width: 4, height: 4 }));
  for (const code of Object.values(CreditCard)) size(await server.getCreditCard({ code, width: 4, height: 3 }));
});

test("nobody inside the network is asked for pictures", async () => {
  for (const url of ["http://127.0.0.1/x.png", "http://169.254.169.254/latest", "file:///etc/passwd"]) {
    await assert.rejects(server.getImage({ url }), { code: 400, type: "general_argument_invalid" });
    await assert.rejects(server.getFavicon({ url }), { code: 400, type: "general_argument_invalid" });
  }
});
