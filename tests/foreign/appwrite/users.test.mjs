import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, AppwriteException, Client, ID, PasswordHash, Query, Teams, Users } from "node-appwrite";
import { refusals, stack } from "./stack.mjs";

const refusal = refusals(AppwriteException);
/** A client of a server: with the administrator's key, a session, or nothing. */
function client() {
  return new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
}

const users = new Users(client().setKey(stack.appwrite.key));
const run = Date.now();

test("somebody with a hash of another system comes in", async () => {
  const email = `md5-${run}@example.org`;
  const made = await users.createMD5User({
    userId: ID.unique(),
    email,
    password: "144fa7eaa4904e8ee120651997f70dcc",
    name: "Old",
  });
  assert.equal(made.hash, "md5");
  const account = new Account(client().setKey(stack.appwrite.key));
  const session = await account.createEmailPasswordSession({ email, password: "appwrite" });
  const own = new Account(client().setSession(session.secret));
  assert.equal((await own.get()).$id, made.$id);
  assert.equal((await users.get({ userId: made.$id })).hash, "argon2");
  const sha = users.createSHAUser({
    userId: ID.unique(),
    email: `sha-${run}@example.org`,
    password: "no hash",
    passwordVersion: PasswordHash.Sha256,
  });
  assert.equal(await refusal(sha), "general_argument_invalid");
});

test("every field is set, and people are found", async () => {
  const userId = `fields-${run}`;
  const phone = `+47${run}`.slice(0, 15);
  await users.create({ userId, name: "Fields" });
  await users.updateEmail({ userId, email: `${userId}@example.org` });
  await users.updatePhone({ userId, number: phone });
  await users.updatePassword({ userId, password: "a long enough password" });
  await users.updateEmailVerification({ userId, emailVerification: true });
  await users.updatePhoneVerification({ userId, phoneVerification: true });
  await users.updateLabels({ userId, labels: ["vip"] });
  await users.updatePrefs({ userId, prefs: { theme: "dark" } });
  await users.updateName({ userId, name: "All of them" });
  const user = await users.get({ userId });
  assert.deepEqual(
    [user.phone, user.emailVerification, user.phoneVerification, user.labels, user.prefs.theme, user.name],
    [phone, true, true, ["vip"], "dark", "All of them"],
  );
  const found = await users.list({ queries: [Query.equal("phone", [phone])] });
  assert.deepEqual(found.users.map((found) => found.$id), [userId]);
  assert.equal((await users.list({ search: `fields-${run}` })).total, 1);
  assert.equal(await refusal(users.create({ userId })), "user_already_exists");
  await users.delete({ userId });
  assert.equal(await refusal(users.get({ userId })), "user_not_found");
});

test("a server speaks for somebody", async () => {
  const userId = `server-${run}`;
  await users.create({ userId, email: `${userId}@example.org` });
  const session = await users.createSession({ userId });
  assert.equal((await new Account(client().setSession(session.secret)).get()).$id, userId);
  const { jwt } = await users.createJWT({ userId });
  assert.equal((await new Account(client().setJWT(jwt)).get()).$id, userId);
  const token = await users.createToken({ userId, length: 16, expire: 120 });
  assert.equal(token.secret.length, 16);
  await new Account(client()).createSession({ userId, secret: token.secret });
  assert.equal((await users.listSessions({ userId })).total, 2);
  const target = await users.createTarget({
    userId,
    targetId: ID.unique(),
    providerType: "push",
    identifier: `device of ${userId}`,
  });
  await users.updateTarget({ userId, targetId: target.$id, name: "Telephone" });
  assert.equal((await users.listTargets({ userId })).total, 2);
  const { recoveryCodes } = await users.createMFARecoveryCodes({ userId });
  assert.deepEqual((await users.getMFARecoveryCodes({ userId })).recoveryCodes, recoveryCodes);
  assert.equal((await users.listMFAFactors({ userId })).recoveryCode, true);
  const logs = await users.listLogs({ userId, queries: [Query.limit(2)] });
  assert.equal(logs.logs.length, 2);
  const teams = new Teams(client().setKey(stack.appwrite.key));
  const team = await teams.create({ teamId: ID.unique(), name: "Server" });
  await teams.createMembership({ teamId: team.$id, roles: ["bot"], userId });
  assert.equal((await users.listMemberships({ userId })).memberships[0].teamId, team.$id);
  await teams.delete({ teamId: team.$id });
  await users.deleteSessions({ userId });
  assert.equal(await refusal(new Account(client().setSession(session.secret)).get()), "general_unauthorized_scope");
  await users.delete({ userId });
});

test("somebody who may acts as another", async () => {
  const [operator, target] = ["op", "target"].map((name) => ({ userId: `${name}-${run}`, email: `${name}-${run}@example.org`, password: "a long enough password" }));
  await users.create(operator);
  await users.create(target);
  assert.equal((await users.updateImpersonator({ userId: operator.userId, impersonator: true })).impersonator, true);
  const { secret } = await new Account(client().setKey(stack.appwrite.key)).createEmailPasswordSession({ email: operator.email, password: operator.password });
  const acting = client().setSession(secret).setImpersonateUserId(target.userId);
  const account = await new Account(acting).get();
  assert.deepEqual([account.$id, account.impersonatorUserId], [target.userId, operator.userId]);
  assert.equal(await refusal(new Account(acting).updateName({ name: "Taken" })), "general_unauthorized_scope");
  const found = await new Users(client().setSession(secret)).list({ queries: [Query.equal("$id", [target.userId])] });
  assert.equal(found.users[0].email, target.email);
  const bare = client().setSession(secret);
  await users.updateImpersonator({ userId: operator.userId, impersonator: false });
  assert.equal(await refusal(new Users(bare).list()), "general_unauthorized_scope");
});
