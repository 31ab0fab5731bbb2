import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, AppwriteException, Client, ID, Teams } from "appwrite";
import { forget } from "./browser.mjs";
import { refusals, stack } from "./stack.mjs";

const refusal = refusals(AppwriteException);
const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
const account = new Account(client);
const email = `eve-${Date.now()}@example.org`;
const password = "a long enough password";

test("signs up, in and out", async () => {
  const made = await account.create({ userId: ID.unique(), email, password, name: "Eve" });
  assert.equal(made.name, "Eve");
  assert.equal(await refusal(account.create({ userId: ID.unique(), email, password })), "user_already_exists");
  assert.equal(await refusal(account.get()), "general_unauthorized_scope");
  const wrong = account.createEmailPasswordSession({ email, password: "not this password" });
  assert.equal(await refusal(wrong), "user_invalid_credentials");
  const session = await account.createEmailPasswordSession({ email, password });
  assert.equal(session.userId, made.$id);
  assert.equal(session.current, true);
  assert.equal(session.secret, "");
  const me = await account.get();
  assert.deepEqual([me.$id, me.email, Object.keys(me.prefs)], [made.$id, email, []]);
});

test("changes name, preferences and password", async () => {
  assert.equal((await account.updateName({ name: "Eve Adler" })).name, "Eve Adler");
  await account.updatePrefs({ prefs: { theme: "dark", count: 9007199254740993n } });
  const prefs = await account.getPrefs();
  assert.equal(prefs.theme, "dark");
  assert.equal(BigInt(String(prefs.count)), 9007199254740993n);
  await account.updatePassword({ password: "another long password", oldPassword: password });
  const wrong = account.updatePassword({ password, oldPassword: password });
  assert.equal(await refusal(wrong), "user_invalid_credentials");
  await account.updatePassword({ password, oldPassword: "another long password" });
});

test("lists sessions and ends one of another device", async () => {
  const other = new Account(new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project));
  const second = await other.createEmailPasswordSession({ email, password });
  const sessions = await account.listSessions();
  assert.equal(sessions.total, 2);
  assert.equal((await account.getSession({ sessionId: "current" })).userId, second.userId);
  const first = sessions.sessions.find((session) => !session.current);
  await account.deleteSession({ sessionId: first.$id });
  assert.equal((await account.listSessions()).total, 1);
});

test("a token stands for the account until the session ends", async () => {
  const { jwt } = await account.createJWT();
  const bearer = new Account(
    new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setJWT(jwt),
  );
  assert.equal((await bearer.get()).email, email);
  await account.deleteSession({ sessionId: "current" });
  assert.equal(await refusal(bearer.get()), "user_jwt_invalid");
  forget();
  assert.equal(await refusal(account.get()), "general_unauthorized_scope");
});

test("sees the teams that one is in", async () => {
  const ada = stack.people.find((person) => person.userId === "ada");
  await account.createEmailPasswordSession({ email: ada.email, password: ada.password });
  const teams = new Teams(client);
  const list = await teams.list();
  assert.deepEqual(list.teams.map((team) => team.$id), ["organisation"]);
  const members = await teams.listMemberships({ teamId: "organisation" });
  assert.equal(members.total, stack.people.length);
  await account.deleteSessions();
  forget();
});
