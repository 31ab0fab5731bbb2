import "./browser.mjs";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Account, AppwriteException, AuthenticationFactor, AuthenticatorType, Client, ID, Teams } from "appwrite";
import { forget } from "./browser.mjs";
import { admin, refusals, stack, until } from "./stack.mjs";

const refusal = refusals(AppwriteException);
const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setLocale("en");
const account = new Account(client);
const page = `${stack.server}/page`;
const run = Date.now();
const password = "a long enough password";
let people = 0;

/** An address that nobody has yet. */
function address() {
  people += 1;
  return `sign-in-${run}-${people}@example.org`;
}

/** The next message to somebody. */
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

async function code(to) {
  return (await message(to)).text.match(/\b\d{6}\b/)[0];
}

async function link(to) {
  return new URL((await message(to)).text.match(/https?:\S+/)[0]).searchParams;
}

/** Somebody new who is signed in with a password. */
async function signUp() {
  const email = address();
  await account.create({ userId: ID.unique(), email, password, name: "Eve" });
  await account.createEmailPasswordSession({ email, password });
  return email;
}

/** What an authenticator app shows. */
function totp(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const word = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, "0");
}

test("a code by mail signs in", async () => {
  forget();
  const email = address();
  const token = await account.createEmailToken({ userId: ID.unique(), email, phrase: true });
  const mail = await message(email);
  assert.ok(mail.text.includes(token.phrase));
  assert.ok(mail.html.startsWith("<!doctype html>"));
  const secret = mail.text.match(/\b\d{6}\b/)[0];
  const wrong = account.createSession({ userId: token.userId, secret: secret === "000000" ? "000001" : "000000" });
  assert.equal(await refusal(wrong), "user_invalid_token");
  const session = await account.createSession({ userId: token.userId, secret });
  assert.equal(session.provider, "email");
  const me = await account.get();
  assert.deepEqual([me.email, me.emailVerification, me.targets[0].identifier], [email, true, email]);
});

test("a link by mail signs in", async () => {
  forget();
  const email = address();
  await account.createMagicURLToken({ userId: ID.unique(), email, url: page });
  const parameters = await link(email);
  const opened = { userId: parameters.get("userId"), secret: parameters.get("secret") };
  await account.createSession(opened);
  assert.equal((await account.get()).email, email);
  assert.equal(await refusal(account.createSession(opened)), "user_invalid_token");
  const elsewhere = account.createMagicURLToken({ userId: ID.unique(), email, url: "https://evil.example/" });
  assert.equal(await refusal(elsewhere), "general_argument_invalid");
});

test("a text message signs in", async () => {
  forget();
  const phone = `+49${run}`.slice(0, 15);
  const token = await account.createPhoneToken({ userId: ID.unique(), phone });
  await account.createSession({ userId: token.userId, secret: await code(phone) });
  const me = await account.get();
  assert.deepEqual([me.phone, me.phoneVerification], [phone, true]);
});

test("somebody without a name becomes somebody", async () => {
  forget();
  const session = await account.createAnonymousSession();
  assert.equal(session.provider, "anonymous");
  await account.updatePrefs({ prefs: { kept: true } });
  const email = address();
  await account.updateEmail({ email, password });
  await account.deleteSession({ sessionId: "current" });
  forget();
  await account.createEmailPasswordSession({ email, password });
  assert.equal((await account.getPrefs()).kept, true);
});

test("a lost password is replaced", async () => {
  forget();
  const email = await signUp();
  await account.createRecovery({ email, url: page });
  const parameters = await link(email);
  const changed = "another long password";
  await account.updateRecovery({
    userId: parameters.get("userId"),
    secret: parameters.get("secret"),
    password: changed,
  });
  assert.equal(await refusal(account.get()), "general_unauthorized_scope");
  await account.createEmailPasswordSession({ email, password: changed });
  assert.equal((await account.get()).emailVerification, true);
});

test("an address and a number are verified", async () => {
  forget();
  const email = await signUp();
  await account.createEmailVerification({ url: page });
  const parameters = await link(email);
  await account.updateEmailVerification({ userId: parameters.get("userId"), secret: parameters.get("secret") });
  const phone = `+48${run}`.slice(0, 15);
  const { $id } = await account.updatePhone({ phone, password });
  await account.createPhoneVerification();
  await account.updatePhoneVerification({ userId: $id, secret: await code(phone) });
  const me = await account.get();
  assert.deepEqual([me.emailVerification, me.phoneVerification], [true, true]);
});

test("a second factor is set up, asked for and answered", async () => {
  forget();
  const email = await signUp();
  const app = await account.createMFAAuthenticator({ type: AuthenticatorType.Totp });
  assert.match(app.uri, /^otpauth:\/\/totp\//);
  await account.updateMFAAuthenticator({ type: AuthenticatorType.Totp, otp: totp(app.secret) });
  const { recoveryCodes } = await account.createMFARecoveryCodes();
  assert.equal(recoveryCodes.length, 6);
  assert.equal((await account.updateMFA({ mfa: true })).mfa, true);
  assert.equal((await account.get()).mfa, true);
  forget();
  await account.createEmailPasswordSession({ email, password });
  assert.equal(await refusal(account.get()), "user_more_factors_required");
  assert.equal((await account.listMFAFactors()).totp, true);
  const challenge = await account.createMFAChallenge({ factor: AuthenticationFactor.Recoverycode });
  const wrong = account.updateMFAChallenge({ challengeId: challenge.$id, otp: "0000000000" });
  assert.equal(await refusal(wrong), "user_invalid_token");
  const session = await account.updateMFAChallenge({ challengeId: challenge.$id, otp: recoveryCodes[0] });
  assert.deepEqual(session.factors, ["password", "recoverycode"]);
  assert.equal((await account.getMFARecoveryCodes()).recoveryCodes.length, 5);
  await account.deleteMFAAuthenticator({ type: AuthenticatorType.Totp });
  await account.updateMFA({ mfa: false });
});

test("the log tells what was done, and a device is a target", async () => {
  forget();
  await signUp();
  await account.updateSession({ sessionId: "current" });
  const target = await account.createPushTarget({ targetId: ID.unique(), identifier: `device ${run}` });
  await account.updatePushTarget({ targetId: target.$id, identifier: `other ${run}` });
  await account.deletePushTarget({ targetId: target.$id });
  assert.deepEqual((await account.listIdentities()).identities, []);
  await account.updateStatus();
  assert.equal(await refusal(account.get()), "general_unauthorized_scope");
});

test("somebody is asked into a team and says yes", async () => {
  forget();
  await signUp();
  const teams = new Teams(client);
  const team = await teams.create({ teamId: ID.unique(), name: "Clinic", roles: ["owner"] });
  await teams.updatePrefs({ teamId: team.$id, prefs: { colour: "green" } });
  const email = address();
  const asked = await teams.createMembership({ teamId: team.$id, roles: ["nurse"], email, url: page, name: "Ben" });
  assert.deepEqual([asked.confirm, asked.userEmail], [false, email]);
  const parameters = await link(email);
  forget();
  const membership = await teams.updateMembershipStatus({
    teamId: team.$id,
    membershipId: parameters.get("membershipId"),
    userId: parameters.get("userId"),
    secret: parameters.get("secret"),
  });
  assert.deepEqual([membership.confirm, membership.roles], [true, ["nurse"]]);
  assert.equal((await account.get()).email, email);
  assert.equal((await teams.getPrefs({ teamId: team.$id })).colour, "green");
  assert.equal((await teams.listMemberships({ teamId: team.$id })).total, 2);
  assert.equal(await refusal(teams.delete({ teamId: team.$id })), "user_unauthorized");
  await admin("DELETE", `/teams/${team.$id}`);
});
