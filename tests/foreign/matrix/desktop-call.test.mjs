// Somebody on Element Call and somebody on the desktop app in the same encrypted call: each sees and hears the other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chromium, FAKE_DEVICES } from "../chromium.mjs";
import { Desktop } from "./desktop.mjs";
import { servePages } from "./pages.mjs";
import { roomNamed, signIn, signOut } from "./sign-in.mjs";
import { CallWidget } from "./widget-host.mjs";
import { until } from "./stack.mjs";

const PATIENCE = 120_000;
let chromium, pages, ben;

before(async () => {
  [chromium, pages, ben] = await Promise.all([Chromium.start(FAKE_DEVICES), servePages(), signIn("ben")]);
});
after(async () => {
  if (ben) await signOut(ben);
  pages?.stop();
  await chromium?.stop();
});

test("Element Call and the desktop see each other's picture and hear each other", async () => {
  const { roomId } = roomNamed(ben, "Release 2.4");
  const call = await CallWidget.join(chromium, pages.origin, ben, roomId);
  const ada = new Desktop("ada", "call", "--room", roomId, "--seconds", "90");
  try {
    // First of all: media that goes out without a key would be seen here all the same.
    await until("the desktop's key, encrypted", () => call.keys.includes("@ada:localhost"), PATIENCE);
    const remote = async (than) => {
      const other = (await call.pictures()).find((one) => !one.own);
      return other && other.frames > than && other.mean.some((part) => part > 30) && other;
    };
    const first = await until("Ada's picture in Element Call", () => remote(5), PATIENCE);
    await until("that it moves", () => remote(first.frames + 20), PATIENCE);
    const seen = (line) =>
      line.event === "stats" &&
      line.participants.some(
        (one) =>
          one.identity.startsWith("@ben:") && one.frames > 20 && one.width > 8 &&
          one.meanRgb?.some((part) => part > 30) && one.audioPeak > 0.01,
      );
    const { participants } = await ada.says("Ben's picture and sound", seen, PATIENCE);
    const him = participants.find((one) => one.identity.startsWith("@ben:"));
    // Until the key is there a few frames cannot be read.
    assert.ok(him.decryptErrors < 20, JSON.stringify(him));
  } catch (error) {
    console.error(await call.words(), call.told, call.page.complaints.slice(-12), ada.said.slice(-3), ada.errors);
    throw error;
  } finally {
    await Promise.all([call.leave(), ada.stop()]);
  }
});
