// Keys, settings of the project and webhooks, as a program of an administrator sets them with node-appwrite.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Account as WebAccount, Client as WebClient } from "appwrite";
import {
  Account,
  AppwriteException,
  Client,
  ID,
  Project,
  ProjectAuthMethodId,
  ProjectEmailTemplateId,
  ProjectEmailTemplateLocale,
  ProjectKeyScopes,
  ProjectPolicyId,
  ProjectServiceId,
  Query,
  Teams,
  Users,
  Webhooks,
} from "node-appwrite";
import { refusals, stack, until } from "./stack.mjs";

const refusal = refusals(AppwriteException);
/** A client with a key, or with nothing. */
function client(key) {
  const made = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
  return key ? made.setKey(key) : made;
}

const project = new Project(client(stack.appwrite.key));
const webhooks = new Webhooks(client(stack.appwrite.key));
const run = Date.now();

test("a key opens what its scopes say, and makes none that opens more", async () => {
  const scopes = [ProjectKeyScopes.UsersRead, ProjectKeyScopes.KeysWrite];
  const expire = new Date(Date.now() + 3_600_000).toISOString();
  const made = await project.createKey({ keyId: ID.unique(), name: "Reader", scopes, expire });
  assert.deepEqual([...made.scopes], scopes);
  const reader = client(made.secret);
  assert.ok((await new Users(reader).list()).total > 0);
  assert.equal(await refusal(new Teams(reader).list()), "general_unauthorized_scope");
  const stronger = { keyId: ID.unique(), name: "More", scopes: [ProjectKeyScopes.UsersWrite], expire };
  assert.equal(await refusal(new Project(reader).createKey(stronger)), "general_unauthorized_scope");
  const self = { keyId: made.$id, name: "More", scopes: [ProjectKeyScopes.UsersWrite], expire };
  assert.equal(await refusal(new Project(reader).updateKey(self)), "general_unauthorized_scope");

  const known = await project.getKey({ keyId: made.$id });
  assert.equal(known.secret, "");
  assert.ok(known.accessedAt > made.$createdAt);
  assert.deepEqual([...known.sdks], ["Node.js"]);
  const found = await project.listKeys({ queries: [Query.equal("name", "Reader"), Query.orderDesc("$createdAt")] });
  assert.equal(found.keys[0].$id, made.$id);

  const brief = await new Project(reader).createEphemeralKey({ scopes: [ProjectKeyScopes.UsersRead], duration: 60 });
  assert.ok((await new Users(client(brief.secret)).list()).total > 0);
  await project.deleteKey({ keyId: made.$id });
  assert.equal(await refusal(new Users(client(brief.secret)).list()), "general_unauthorized_scope");
});

test("every scope of the SDK can be given", async () => {
  const all = Object.values(ProjectKeyScopes);
  const made = await project.createKey({ keyId: ID.unique(), name: "All", scopes: all });
  assert.deepEqual([...made.scopes], all);
  await project.deleteKey({ keyId: made.$id });
});

test("the project tells of itself, and switches count at once", async () => {
  const { $id, authMethods, services } = await project.get();
  assert.equal($id, stack.appwrite.project);
  assert.deepEqual(authMethods.map((method) => method.$id).sort(), Object.values(ProjectAuthMethodId).sort());
  assert.ok(services.some((service) => service.$id === ProjectServiceId.Storage && service.enabled));
  const labelled = await project.updateLabels({ labels: ["north", "light"] });
  assert.deepEqual([...labelled.labels], ["north", "light"]);

  const web = new WebAccount(new WebClient().setEndpoint(stack.appwrite.endpoint).setProject($id));
  const attempt = () => web.createAnonymousSession().then(() => "began", (error) => error.type);
  await project.updateAuthMethod({ methodId: ProjectAuthMethodId.Anonymous, enabled: false });
  assert.equal(await attempt(), "user_auth_method_unsupported");
  await project.updateAuthMethod({ methodId: ProjectAuthMethodId.Anonymous, enabled: true });
  await project.updateService({ serviceId: ProjectServiceId.Locale, enabled: false });
  const locale = () => fetch(`${stack.appwrite.endpoint}/locale/currencies`).then((answer) => answer.status);
  assert.equal(await locale(), 403);
  await project.updateService({ serviceId: ProjectServiceId.Locale, enabled: true });
  assert.equal(await locale(), 200);
});

test("policies are read as they were set", async () => {
  const before = await project.getPolicy({ policyId: ProjectPolicyId.Sessionlimit });
  await project.updateSessionLimitPolicy({ total: 7 });
  assert.equal((await project.getPolicy({ policyId: ProjectPolicyId.Sessionlimit })).total, 7);
  await project.updateSessionLimitPolicy({ total: before.total });
  await project.updatePasswordHistoryPolicy({ total: 3 });
  await project.updatePasswordHistoryPolicy({ total: null });
  assert.equal((await project.getPolicy({ policyId: ProjectPolicyId.Passwordhistory })).total, 0);
  const strength = await project.updatePasswordStrengthPolicy({ min: 9, symbols: true });
  assert.deepEqual([strength.min, strength.symbols, strength.number], [9, true, false]);
  const weak = new Users(client(stack.appwrite.key)).create({ userId: ID.unique(), email: `weak-${run}@example.org`, password: "nosymbols" });
  assert.equal(await refusal(weak), "general_argument_invalid");
  await project.updatePasswordStrengthPolicy({ min: 8, symbols: false });
  assert.equal((await project.listPolicies({ queries: [Query.limit(3)] })).policies.length, 3);
});

test("a platform opens the API to its pages", async () => {
  const ask = (origin) => fetch(`${stack.appwrite.endpoint}/ping`, { headers: { origin } }).then((answer) => answer.status);
  const hostname = `pages-${run}.example.org`;
  assert.equal(await ask(`http://${hostname}`), 403);
  const made = await project.createWebPlatform({ platformId: ID.unique(), name: "Pages", hostname });
  assert.equal(await ask(`http://${hostname}`), 200);
  const { platforms } = await project.listPlatforms({ queries: [Query.equal("hostname", hostname)] });
  assert.deepEqual(platforms.map((known) => [known.$id, known.type]), [[made.$id, "web"]]);
  const apple = await project.createApplePlatform({ platformId: ID.unique(), name: "App", bundleIdentifier: "org.example.app" });
  assert.equal((await project.getPlatform({ platformId: apple.$id })).bundleIdentifier, "org.example.app");
  for (const { $id } of [made, apple]) await project.deletePlatform({ platformId: $id });
  assert.equal(await ask(`http://${hostname}`), 403);
});

test("a tester's number, words of a mail and a variable are kept", async () => {
  const number = `+49${run}`.slice(0, 14);
  await project.createMockPhone({ number, otp: "424242" });
  assert.equal((await project.getMockPhone({ number })).otp, "424242");
  const guest = new Account(client());
  const { userId } = await new Account(client(stack.appwrite.key)).createPhoneToken({ userId: ID.unique(), phone: number });
  assert.equal(await refusal(guest.createSession({ userId, secret: "000000" })), "user_invalid_token");
  assert.ok((await guest.createSession({ userId, secret: "424242" })).$id);
  await project.deleteMockPhone({ number });

  const of = { templateId: ProjectEmailTemplateId.Recovery, locale: ProjectEmailTemplateLocale.Fr };
  assert.match((await project.getEmailTemplate(of)).message, /\{\{redirect\}\}/);
  await project.updateEmailTemplate({ ...of, subject: "Bonjour", message: "Ici : {{redirect}}" });
  assert.equal((await project.getEmailTemplate(of)).subject, "Bonjour");
  assert.ok((await project.listEmailTemplates()).templates.some(({ locale }) => locale === "fr"));

  const made = await project.createVariable({ variableId: ID.unique(), key: `TOKEN_${run}`, value: "secret", secret: true });
  assert.equal((await project.getVariable({ variableId: made.$id })).value, "");
  await project.deleteVariable({ variableId: made.$id });
});

test("a webhook is kept, and none leads into the network", async () => {
  const heard = [];
  const server = createServer((request, response) => (heard.push(request.url), response.end())).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  const hook = (url) => ({ webhookId: ID.unique(), name: "Hook", url, events: ["teams.*.create"] });
  for (const url of [`http://127.0.0.1:${port}/`, "http://169.254.169.254/", `http://[::1]:${port}/`]) {
    assert.equal(await refusal(webhooks.create(hook(url))), "general_argument_invalid");
  }
  const made = await webhooks.create({ ...hook(`http://localhost:${port}/`), authUsername: "us", authPassword: "secret" });
  assert.equal(made.secret.length, 64);
  const teams = new Teams(client(stack.appwrite.key));
  const team = await teams.create({ teamId: ID.unique(), name: "Told" });
  const failed = await until("the failure", async () => {
    const known = await webhooks.get({ webhookId: made.$id });
    return known.attempts > 0 && known;
  });
  assert.match(failed.logs, /inside the network/);
  assert.deepEqual([failed.secret, failed.authPassword, heard], ["", "", []]);
  const renewed = await webhooks.updateSecret({ webhookId: made.$id, secret: "a secret of ours" });
  assert.equal(renewed.secret, "a secret of ours");
  const { name, url, events } = hook("https://hooks.example.org/");
  const changed = await webhooks.update({ webhookId: made.$id, name, url, events, enabled: false });
  assert.deepEqual([changed.enabled, changed.url], [false, url]);
  const { webhooks: listed } = await webhooks.list({ queries: [Query.equal("$id", made.$id)] });
  assert.equal(listed.length, 1);
  await webhooks.delete({ webhookId: made.$id });
  await teams.delete({ teamId: team.$id });
  assert.equal(await refusal(webhooks.get({ webhookId: made.$id })), "webhook_not_found");
  server.close();
});
