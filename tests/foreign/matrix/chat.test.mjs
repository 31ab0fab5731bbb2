// Two people on matrix-js-sdk, signed in by our gateway, write to each other end-to-end encrypted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EventType, MsgType } from "matrix-js-sdk";
import { roomNamed, signIn, signOut, textsOf } from "./sign-in.mjs";
import { until } from "./stack.mjs";

const ROOM = "Engineering";
let ada, ben;

before(async () => {
  [ada, ben] = await Promise.all([signIn("ada"), signIn("ben")]);
});
after(() => Promise.all([ada, ben].filter(Boolean).map(signOut)));

test("what one writes the other reads, and the homeserver cannot", async () => {
  const room = roomNamed(ada, ROOM);
  assert.ok(await ada.getCrypto().isEncryptionEnabledInRoom(room.roomId));
  const [hers, his] = [textsOf(ada, room.roomId), textsOf(ben, room.roomId)];
  // Both must know each other's devices before the first key goes out.
  for (const client of [ada, ben]) {
    await until("the other's device", async () => {
      const devices = await client.getCrypto().getUserDeviceInfo(["@ada:localhost", "@ben:localhost"], true);
      return [...devices.values()].every((of) => of.size > 0);
    });
  }
  const words = `the plan is ${Date.now()}`;
  const { event_id: sent } = await ada.sendMessage(room.roomId, { msgtype: MsgType.Text, body: words });
  await until("the message at Ben's", () => his.includes(words));
  const answer = `understood ${Date.now()}`;
  await ben.sendMessage(room.roomId, { msgtype: MsgType.Text, body: answer });
  await until("the answer at Ada's", () => hers.includes(answer));
  const raw = await ada.fetchRoomEvent(room.roomId, sent);
  assert.equal(raw.type, EventType.RoomMessageEncrypted);
  assert.ok(!JSON.stringify(raw).includes(words));
});
