// The desktop app's core and matrix-js-sdk write to each other end-to-end encrypted.

import { after, before, test } from "node:test";
import { Desktop } from "./desktop.mjs";
import { roomNamed, signIn, signOut, textsOf } from "./sign-in.mjs";
import { until } from "./stack.mjs";

const PATIENCE = 90_000;
let ben;

before(async () => {
  ben = await signIn("ben");
});
after(() => ben && signOut(ben));

test("what the desktop writes matrix-js-sdk reads, and the other way round", async () => {
  const { roomId } = roomNamed(ben, "Clinic handover");
  const his = textsOf(ben, roomId);
  const reading = new Desktop("ada", "tail", "--room", roomId);
  try {
    await until("Ada's device at Ben's", async () => {
      const devices = await ben.getCrypto().getUserDeviceInfo(["@ada:localhost"], true);
      return [...(devices.get("@ada:localhost")?.values() ?? [])].length > 0;
    }, PATIENCE);
    const question = `shift begins at ${Date.now()}`;
    // A device that signs in while a message is on its way gets no key for it: so it is written until it is read.
    await until("Ben's message at Ada's", async () => {
      const read = reading.said.some((line) => JSON.stringify(line).includes(question));
      if (!read) await ben.sendTextMessage(roomId, question);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return read;
    }, PATIENCE);
    const answer = `understood at ${Date.now()}`;
    const writing = new Desktop("ada", "send", "--room", roomId, answer);
    await writing.says("that it is sent", (line) => line.event === "sent", PATIENCE);
    await until("Ada's message at Ben's", () => his.includes(answer), PATIENCE);
    await writing.ended;
  } finally {
    await reading.stop();
  }
});
