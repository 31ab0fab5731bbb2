// Element Call, unmodified, through our gateway: two people in the encrypted call of a demo room see each other.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Chromium, FAKE_DEVICES } from "../chromium.mjs";
import { servePages } from "./pages.mjs";
import { roomNamed, signIn, signOut } from "./sign-in.mjs";
import { CallWidget } from "./widget-host.mjs";
import { stack, until } from "./stack.mjs";

const ROOM = "Release 2.4";
const MEMBER = "org.matrix.msc3401.call.member";
/** On a machine that compiles beside it. */
const PATIENCE = 90_000;
let chromium, pages;
const clients = [];

before(async () => {
  [chromium, pages] = await Promise.all([Chromium.start(FAKE_DEVICES), servePages()]);
  clients.push(...(await Promise.all(["ada", "ben"].map(signIn))));
});
after(async () => {
  await Promise.all(clients.map(signOut));
  pages?.stop();
  await chromium?.stop();
});

/** Who has announced themselves in the room's call. */
function announced(client, roomId) {
  const events = client.getRoom(roomId).currentState.getStateEvents(MEMBER);
  return events.filter((event) => Object.keys(event.getContent()).length > 0).map((event) => event.getSender());
}

test("two people on Element Call see each other's moving picture, end-to-end encrypted", async () => {
  const { roomId } = roomNamed(clients[0], ROOM);
  assert.ok(await clients[0].getCrypto().isEncryptionEnabledInRoom(roomId));
  const calls = [];
  for (const client of clients) calls.push(await CallWidget.join(chromium, pages.origin, client, roomId));
  try {
    await until("both in the call", () => announced(clients[0], roomId).length === 2, PATIENCE);
    for (const call of calls) {
      const first = await until("two pictures", async () => {
        const seen = await call.pictures();
        return seen.some((one) => one.own) && seen.some((one) => !one.own) && seen.every((one) => one.frames > 5) && seen;
      }, PATIENCE);
      const later = await until("both pictures moving", async () => {
        const seen = await call.pictures();
        return seen.length === first.length && seen.every((one, index) => one.frames > first[index].frames + 5) && seen;
      }, PATIENCE);
      // Chromium's fake camera shows a coloured field; what cannot be decrypted is black or not there.
      for (const one of later) assert.ok(one.mean.some((part) => part > 30), JSON.stringify(later));
    }
    const keys = calls.map((call) => [...new Set(call.keys)]);
    assert.deepEqual(keys, [[clients[1].getUserId()], [clients[0].getUserId()]], "each got the other's key, encrypted");
    await until("the call in the gateway's books", async () => {
      const rows = await rowsOf("call_participants");
      return ["ada", "ben"].every((userId) => rows.some((row) => row.userId === userId && row.joinedAt));
    }, PATIENCE);
  } catch (error) {
    for (const [index, call] of calls.entries()) {
      await writeFile(`/tmp/telestack-call-${index}.png`, Buffer.from(await call.page.picture(), "base64"));
      console.error(index, await call.words(), call.told, call.page.complaints.slice(-12));
    }
    throw error;
  } finally {
    for (const call of calls) await call.leave();
  }
  await until("both gone", () => announced(clients[0], roomId).length === 0, PATIENCE);
});

async function rowsOf(table) {
  const answer = await fetch(`${stack.appwrite.endpoint}/tablesdb/telestack/tables/${table}/rows`, {
    headers: { "x-appwrite-project": stack.appwrite.project, "x-appwrite-key": stack.appwrite.key },
  });
  return (await answer.json()).rows;
}
