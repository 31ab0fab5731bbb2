import "./browser.mjs";
import assert from "node:assert/strict";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as web from "appwrite";
import * as server from "node-appwrite";
import { forget } from "./browser.mjs";
import { refusals, stack, until } from "./stack.mjs";

const webRefusal = refusals(web.AppwriteException);
const refusal = refusals(server.AppwriteException);
const browser = new web.Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
const messaging = new server.Messaging(
  new server.Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setKey(stack.appwrite.key),
);
const run = Date.now();

/** Takes the oldest message to somebody out of the folder that stands for the world. */
function message(to) {
  return until(`a message to ${to}`, async () => {
    for (const name of (await readdir(stack.mailbox)).filter((name) => name.endsWith(".json")).sort()) {
      const file = join(stack.mailbox, name);
      const found = JSON.parse(await readFile(file, "utf8"));
      if (found.to !== to) continue;
      await rm(file);
      return found;
    }
    return null;
  });
}

const sent = (messageId) =>
  until(`${messageId} is sent`, async () => {
    const found = await messaging.getMessage({ messageId });
    assert.notEqual(found.status, "failed", JSON.stringify(found.deliveryErrors));
    return found.status === "sent" ? found : null;
  });

test("somebody subscribes in a browser and gets what a server sends", async () => {
  const email = `reader-${run}@example.org`;
  const account = new web.Account(browser);
  await account.create({ userId: web.ID.unique(), email, password: "a long enough password", name: "Reader" });
  await account.createEmailPasswordSession({ email, password: "a long enough password" });
  const me = await account.get();
  const target = me.targets.find((target) => target.providerType === "email");
  const topicId = `news-${run}`;
  await messaging.createTopic({ topicId, name: "News", subscribe: [server.Role.users()] });
  const own = new web.Messaging(browser);
  const subscriber = await own.createSubscriber({ topicId, subscriberId: web.ID.unique(), targetId: target.$id });
  assert.deepEqual([subscriber.userId, subscriber.target.identifier], [me.$id, email]);
  const twice = own.createSubscriber({ topicId, subscriberId: web.ID.unique(), targetId: target.$id });
  assert.equal(await webRefusal(twice), "subscriber_already_exists");
  assert.equal((await messaging.getTopic({ topicId })).emailTotal, 1);
  const made = await messaging.createEmail({
    messageId: server.ID.unique(),
    subject: "Offers",
    content: "<p>Hello</p>",
    html: true,
    topics: [topicId],
    users: [me.$id],
  });
  assert.equal(made.status, "processing");
  const mail = await message(email);
  assert.deepEqual([mail.subject, mail.html], ["Offers", "<p>Hello</p>"]);
  assert.equal((await sent(made.$id)).deliveredTotal, 1);
  await own.deleteSubscriber({ topicId, subscriberId: subscriber.$id });
  assert.equal((await messaging.listSubscribers({ topicId })).total, 0);
  await messaging.deleteTopic({ topicId });
  await account.deleteSession({ sessionId: "current" });
  forget();
});

test("a server drafts, schedules, changes and takes back", async () => {
  const users = new server.Users(messaging.client);
  const userId = `sms-${run}`;
  const phone = `+48${run}`.slice(0, 15);
  await users.create({ userId, phone });
  const messageId = `draft-${run}`;
  await messaging.createSMS({ messageId, content: "Hi", users: [userId], draft: true });
  const changed = await messaging.updateSMS({ messageId, content: "Hello" });
  assert.deepEqual([changed.status, changed.data.content], ["draft", "Hello"]);
  const soon = new Date(Date.now() + 1500).toISOString();
  assert.equal((await messaging.updateSMS({ messageId, scheduledAt: soon })).status, "scheduled");
  assert.equal((await message(phone)).text, "Hello");
  assert.ok(Date.parse((await sent(messageId)).deliveredAt) >= Date.parse(soon));
  assert.equal(await refusal(messaging.updateSMS({ messageId, content: "x" })), "message_already_sent");
  const never = await messaging.createPush({
    messageId: server.ID.unique(),
    title: "Never",
    users: [userId],
    priority: server.MessagePriority.Normal,
    scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await messaging.delete({ messageId: never.$id });
  assert.equal(await refusal(messaging.getMessage({ messageId: never.$id })), "message_not_found");
  const listed = await messaging.listMessages({ queries: [server.Query.equal("status", ["sent"])], search: messageId });
  assert.deepEqual(listed.messages.map((found) => found.$id), [messageId]);
  await messaging.delete({ messageId });
  await users.delete({ userId });
});

test("providers are set up and tell no secret", async () => {
  const providerId = `twilio-${run}`;
  const made = await messaging.createTwilioProvider({ providerId, name: "Texts", authToken: "secret", enabled: true });
  assert.deepEqual([made.type, made.enabled, { ...made.credentials }], ["sms", false, {}]);
  const early = messaging.updateTwilioProvider({ providerId, enabled: true });
  assert.equal(await refusal(early), "provider_missing_credentials");
  const whole = await messaging.updateTwilioProvider({ providerId, accountSid: "AC1", from: "+15550100", enabled: true });
  assert.deepEqual([whole.enabled, whole.credentials.accountSid, whole.options.from], [true, "AC1", "+15550100"]);
  assert.equal(whole.credentials.authToken, undefined);
  assert.equal(await refusal(messaging.updateVonageProvider({ providerId, name: "x" })), "provider_incorrect_type");
  assert.equal((await messaging.listProviders({ search: providerId })).total, 1);
  await messaging.deleteProvider({ providerId });
  assert.equal(await refusal(messaging.getProvider({ providerId })), "provider_not_found");
});
