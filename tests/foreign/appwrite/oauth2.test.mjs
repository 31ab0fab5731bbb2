// npm oidc-provider as a provider that others wrote, and both SDKs as programs that send people there.

import "./browser.mjs";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Account, Client, OAuthProvider } from "appwrite";
import * as server from "node-appwrite";
import Provider from "oidc-provider";
import { forget } from "./browser.mjs";
import { refusals, stack } from "./stack.mjs";

const { endpoint, project, key } = stack.appwrite;
const secret = "a secret of the client";
const success = `${stack.server}/page?kept=1`;
const failure = `${stack.server}/failed`;
const run = Date.now();

const admin = new server.Client().setEndpoint(endpoint).setProject(project).setKey(key);
const settings = new server.Project(admin);
const refusal = refusals(server.AppwriteException);

let provider;
let listener;
let issuer;

before(async () => {
  listener = createServer((request, answer) => provider.callback()(request, answer));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  issuer = `http://127.0.0.1:${listener.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: "telestack",
        client_secret: secret,
        redirect_uris: [`${endpoint}/account/sessions/oauth2/callback/oidc/${project}`],
        grant_types: ["authorization_code", "refresh_token"],
      },
    ],
    // Whoever logs in there as NAME is NAME@example.org.
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: `${sub}@example.org`, email_verified: true, name: sub }),
    }),
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    issueRefreshToken: async () => true,
    cookies: { keys: ["a key of the provider's cookies"] },
  });
  const set = await settings.updateOAuth2Oidc({
    clientId: "telestack",
    clientSecret: secret,
    wellKnownURL: `${issuer}/.well-known/openid-configuration`,
    enabled: true,
  });
  assert.deepEqual([set.enabled, set.clientId, set.clientSecret], [true, "telestack", ""]);
});

after(async () => {
  await settings.updateOAuth2Oidc({ enabled: false });
  listener.close();
  listener.closeAllConnections();
});

/** A browser: cookies by their path, and one step at a time. */
function browser() {
  const cookies = new Map();
  const step = async (url, options = {}) => {
    const fits = [...cookies.values()].filter(({ path }) => new URL(url).pathname.startsWith(path));
    const cookie = fits.map(({ name, value }) => `${name}=${value}`).join("; ");
    const headers = { ...options.headers, cookie };
    const answer = await fetch(url, { ...options, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      const path = line.match(/path=([^;]+)/i)?.[1] ?? "/";
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name + path);
      else cookies.set(name + path, { name, value, path });
    }
    return answer;
  };
  return step;
}

/** Goes where it is sent, logs in and consents at the provider, and answers the first page of ours. */
async function play(step, from, login) {
  let url = from;
  let answer = await step(url);
  for (let steps = 0; steps < 20; steps += 1) {
    if (answer.status >= 300 && answer.status < 400) {
      url = new URL(answer.headers.get("location"), url).href;
      if (url.startsWith(success) || url.startsWith(failure)) return new URL(url);
      answer = await step(url);
      continue;
    }
    const page = await answer.text();
    const action = page.match(/<form[^>]* action="([^"]+)"/)?.[1];
    const prompt = page.match(/name="prompt" value="([^"]+)"/)?.[1];
    assert.ok(action && prompt, `${url}: ${answer.status} ${page.slice(0, 300)}`);
    const body = new URLSearchParams(prompt === "login" ? { prompt, login, password: "any" } : { prompt });
    url = new URL(action, url).href;
    answer = await step(url, { method: "POST", body });
  }
  throw new Error("the provider sends round in circles");
}

/** Where the SDK of the web sends a browser. */
function address(method, parameters) {
  const account = new Account(new Client().setEndpoint(endpoint).setProject(project));
  window.location = {};
  try {
    account[method]({ provider: OAuthProvider.Oidc, success, failure, ...parameters });
    return window.location.href;
  } finally {
    delete window.location;
  }
}

async function read(step, path) {
  const answer = await step(`${endpoint}${path}`, { headers: { "x-appwrite-project": project } });
  assert.equal(answer.status, 200, path);
  return answer.json();
}

test("a browser signs in at the provider and keeps a session", async () => {
  const step = browser();
  const page = await play(step, address("createOAuth2Session"), `ada-${run}`);
  assert.equal(page.href, success);
  const account = await read(step, "/account");
  assert.deepEqual([account.email, account.name, account.emailVerification], [`ada-${run}@example.org`, `ada-${run}`, true]);
  const session = await read(step, "/account/sessions/current");
  assert.deepEqual([session.provider, session.providerUid], ["oidc", `ada-${run}`]);
  assert.ok(session.providerAccessToken);
  // The provider remembers the browser: the second time nobody is asked.
  assert.equal((await play(step, address("createOAuth2Session"), "nobody")).href, success);
  assert.equal((await read(step, "/account")).$id, account.$id);
});

test("a program of the web gets a token, and fresh ones of the provider", async () => {
  forget();
  const login = `ben-${run}`;
  const parameters = { scopes: ["offline_access"] };
  const page = await play(browser(), address("createOAuth2Token", parameters), login);
  assert.equal(page.searchParams.get("kept"), "1");
  const account = new Account(new Client().setEndpoint(endpoint).setProject(project));
  const [userId, token] = ["userId", "secret"].map((name) => page.searchParams.get(name));
  const session = await account.createSession({ userId, secret: token });
  assert.equal(session.provider, "oauth2");
  assert.equal((await account.get()).email, `${login}@example.org`);
  const [identity] = (await account.listIdentities()).identities;
  assert.deepEqual([identity.provider, identity.providerEmail], ["oidc", `${login}@example.org`]);
  const fresh = await account.updateSession({ sessionId: "current" });
  assert.ok(fresh.providerAccessToken && fresh.providerAccessToken !== identity.providerAccessToken);
  await account.deleteIdentity({ identityId: identity.$id });
  assert.equal((await account.listIdentities()).total, 0);
});

test("a server begins for a browser, and redeems the token", async () => {
  const account = new server.Account(admin);
  const there = await account.createOAuth2Token({ provider: server.OAuthProvider.Oidc, success, failure });
  assert.ok(there.startsWith(issuer));
  const page = await play(browser(), there, `cleo-${run}`);
  const [userId, token] = ["userId", "secret"].map((name) => page.searchParams.get(name));
  const session = await account.createSession({ userId, secret: token });
  assert.ok(session.secret, "a server keeps the session for its browser");
  const users = new server.Users(admin);
  const found = await users.listIdentities({ search: `cleo-${run}@` });
  assert.deepEqual(found.identities.map((identity) => identity.userId), [userId]);
});

test("who says no is brought back with the reason", async () => {
  const step = browser();
  const there = (await step(address("createOAuth2Session"))).headers.get("location");
  const asks = await step(there);
  const interaction = new URL(asks.headers.get("location"), there).href;
  const aborted = await step(`${interaction}/abort`);
  let url = new URL(aborted.headers.get("location"), interaction).href;
  while (!url.startsWith(failure)) url = new URL((await step(url)).headers.get("location"), url).href;
  const error = JSON.parse(new URL(url).searchParams.get("error"));
  assert.deepEqual([error.type, error.code], ["user_oauth2_provider_error", 424]);
});

test("settings are listed, each as its model has it", async () => {
  const { total, providers } = await settings.listOAuth2Providers();
  assert.equal(total, providers.length);
  assert.ok(providers.every((one) => typeof one.$id === "string" && typeof one.enabled === "boolean"));
  const github = await settings.updateOAuth2GitHub({ clientId: "Iv1.0", clientSecret: "hidden", enabled: false });
  assert.deepEqual(github, await settings.getOAuth2Provider({ providerId: "github" }));
  assert.deepEqual([github.enabled, github.clientId, github.clientSecret], [false, "Iv1.0", ""]);
  const keycloak = settings.updateOAuth2Keycloak({ endpoint: "https://id.example.org" });
  assert.equal(await refusal(keycloak), "general_argument_invalid");
});
