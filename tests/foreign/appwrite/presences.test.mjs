// Who is there: npm appwrite over REST and over the socket, node-appwrite with a key.

import "./browser.mjs";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Account, AppwriteException, Channel, Client, Permission, Presences, Query, Realtime, Role } from "appwrite";
import { Client as ServerClient, Presences as ServerPresences } from "node-appwrite";
import { refusals, stack, until } from "./stack.mjs";

const refusal = refusals(AppwriteException);
const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
const presences = new Presences(client);
const realtime = new Realtime(client);
const server = new ServerPresences(
  new ServerClient().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setKey(stack.appwrite.key),
);
const permissions = [Permission.read(Role.users()), Permission.update(Role.user("ada")), Permission.delete(Role.user("ada"))];

before(async () => {
  const ada = stack.people.find((person) => person.userId === "ada");
  await new Account(client).createEmailPasswordSession({ email: ada.email, password: ada.password });
  for (const { $id } of (await server.list()).presences) await server.delete({ presenceId: $id });
});

after(() => realtime.disconnect());

test("somebody says over REST that they are there", async () => {
  const made = await presences.upsert({ presenceId: "desk", status: "here", permissions, metadata: { room: 7 } });
  assert.deepEqual([made.$id, made.userId, made.source, made.metadata.room], ["desk", "ada", "rest", 7]);
  assert.ok(new Date(made.expiresAt) > new Date());
  const changed = await presences.update({ presenceId: "desk", status: "away", purge: true });
  assert.deepEqual([changed.status, changed.$permissions.length], ["away", 3]);
  const list = await presences.list({ queries: [Query.equal("userId", "ada")], ttl: 60 });
  assert.deepEqual([list.total, list.presences[0].status], [1, "away"]);
  assert.equal((await server.get({ presenceId: "desk" })).status, "away");
  await presences.delete({ presenceId: "desk" });
  assert.equal(await refusal(presences.get({ presenceId: "desk" })), "presence_not_found");
});

test("a key speaks for somebody", async () => {
  const made = await server.upsert({ presenceId: "ben", userId: "ben", status: "at lunch", permissions: [Permission.read(Role.users())] });
  assert.deepEqual([made.userId, made.source], ["ben", "rest"]);
  assert.equal((await presences.get({ presenceId: "ben" })).status, "at lunch");
  assert.equal(await refusal(presences.delete({ presenceId: "ben" })), "user_unauthorized");
  await server.delete({ presenceId: "ben" });
});

test("a socket stands for somebody, and others hear that it came and went", async () => {
  const heard = [];
  await realtime.subscribe([Channel.presences(), Channel.presence("other").upsert()], (event) =>
    heard.push([event.events[0], event.payload.status]),
  );
  // Subscribing is not acknowledged to callers: presences are told until one was heard.
  await until("the subscription", async () => {
    await server.upsert({ presenceId: "probe", userId: "ben", status: "probe", permissions: [Permission.read(Role.users())] });
    return heard.length > 0;
  });
  const sent = new Realtime(client);
  await sent.upsertPresence({ presenceId: "desk", status: "typing", permissions, metadata: { room: 1 } });
  const of = (name) => heard.find(([event]) => event === name);
  const came = await until("the presence", () => of("presences.desk.upsert"));
  assert.equal(came[1], "typing");
  assert.equal((await presences.get({ presenceId: "desk" })).source, "realtime");
  await sent.disconnect();
  await until("its end", () => of("presences.desk.delete"));
  assert.equal(await refusal(presences.get({ presenceId: "desk" })), "presence_not_found");
  await server.delete({ presenceId: "probe" });
});
