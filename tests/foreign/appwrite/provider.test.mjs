// The server as sign-in for other programs: npm openid-client is such a program, node-appwrite the page of consent, the
// maker of the program and its administrator.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as appwrite from "node-appwrite";
import * as openid from "openid-client";
import { refusals, stack } from "./stack.mjs";

const { endpoint, project, key } = stack.appwrite;
const run = Date.now();
const back = "https://notes.example.org/back";
const scope = "openid profile email project:locale.read";
const issuer = new URL(`${endpoint}/oauth2/${project}`);
const refusal = refusals(appwrite.AppwriteException);
const client = () => new appwrite.Client().setEndpoint(endpoint).setProject(project);
const admin = client().setKey(key);

before(async () => {
  const set = await new appwrite.Project(admin).updateOAuth2Server({
    enabled: true,
    authorizationUrl: "https://app.example.org/consent",
    verificationUrl: "https://app.example.org/device",
    scopes: ["project:locale.read", "project:teams.read"],
  });
  assert.deepEqual([set.oAuth2ServerEnabled, set.oAuth2ServerAccessTokenDuration], [true, 28_800]);
  assert.equal(set.oAuth2ServerDiscoveryUrl, `${issuer}/.well-known/openid-configuration`);
});

/** Somebody who is signed in. */
async function person(name) {
  const [userId, email, password] = [`${name}-${run}`, `${name}-${run}@example.org`, "correct horse battery"];
  await new appwrite.Users(admin).create({ userId, email, password, name });
  const session = await new appwrite.Account(admin).createEmailPasswordSession({ email, password });
  return client().setSession(session.secret);
}

/** What the page of consent does with the request that a program sent somebody along with. */
async function agree(someone, url, answer = "approve") {
  const oauth2 = new appwrite.Oauth2(someone);
  const asked = Object.fromEntries(new URL(url).searchParams);
  const { grantId, redirectUrl } = await oauth2.authorize({
    clientId: asked.client_id,
    redirectUri: asked.redirect_uri,
    responseType: asked.response_type,
    scope: asked.scope,
    state: asked.state,
    nonce: asked.nonce,
    codeChallenge: asked.code_challenge,
    codeChallengeMethod: asked.code_challenge_method,
    requestUri: asked.request_uri,
  });
  if (redirectUrl) return { back: new URL(redirectUrl) };
  const grant = await oauth2.getGrant({ grantId });
  return { grant, back: new URL((await oauth2[answer]({ grantId })).redirectUrl) };
}

async function register(maker, appId, type) {
  const apps = new appwrite.Apps(maker);
  const app = await apps.create({ appId, name: "Notes", redirectUris: [back], type, deviceFlow: true, tags: ["notes"] });
  const secret = type === "confidential" ? (await apps.createSecret({ appId })).secret : undefined;
  const authentication = secret ? openid.ClientSecretBasic(secret) : openid.None();
  const options = { execute: [openid.allowInsecureRequests] };
  return { app, apps, secret, config: await openid.discovery(issuer, appId, undefined, authentication, options) };
}

/** Parameters of one sign-in, and what has to be known at its end. */
async function begin() {
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    openid.randomPKCECodeVerifier(),
    openid.randomState(),
    openid.randomNonce(),
  ];
  const parameters = {
    redirect_uri: back,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
  };
  return { parameters, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
}

test("a program signs somebody in, acts for them and is sent away", async () => {
  const [maker, ada] = [await person("maker"), await person("ada")];
  const { config, apps, app } = await register(maker, `notes-${run}`, "confidential");
  const { parameters, checks } = await begin();
  const answer = await agree(ada, openid.buildAuthorizationUrl(config, parameters));
  assert.deepEqual([answer.grant.appId, answer.grant.scopes.join(" ")], [app.$id, scope]);
  const tokens = await openid.authorizationCodeGrant(config, answer.back, checks);
  const claims = tokens.claims();
  assert.deepEqual([claims.sub, claims.name, claims.email], [`ada-${run}`, "ada", `ada-${run}@example.org`]);
  const info = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(info.email, claims.email);
  const ask = (path) => openid.fetchProtectedResource(config, tokens.access_token, new URL(endpoint + path), "GET");
  assert.equal((await ask("/locale/countries")).status, 200);
  assert.equal((await ask("/teams")).status, 401);

  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  assert.equal((await openid.tokenIntrospection(config, fresh.access_token)).active, true);
  const account = new appwrite.Account(ada);
  const { total, consents } = await account.listConsents();
  assert.deepEqual([total, consents[0].appId, consents[0].scopes.join(" ")], [1, app.$id, scope]);
  const devices = await account.listConsentTokens({ consentId: consents[0].$id });
  assert.deepEqual(devices.tokens.map((token) => token.consentId), [consents[0].$id]);
  // The old one comes again: all of it ends.
  await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token), { error: "invalid_grant" });
  await assert.rejects(openid.refreshTokenGrant(config, fresh.refresh_token), { error: "invalid_grant" });
  await account.deleteConsent({ consentId: consents[0].$id });
  assert.equal(await refusal(account.getConsent({ consentId: consents[0].$id })), "oauth2_consent_not_found");
  await apps.delete({ appId: app.$id });
  assert.equal(await refusal(apps.get({ appId: app.$id })), "app_not_found");
});

test("a program without a secret leaves its request here, and hears a no", async () => {
  const [maker, ben] = [await person("maker2"), await person("ben")];
  const { config } = await register(maker, `native-${run}`, "public");
  const first = await begin();
  const url = await openid.buildAuthorizationUrlWithPAR(config, first.parameters);
  assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  const answer = await agree(ben, url);
  const tokens = await openid.authorizationCodeGrant(config, answer.back, first.checks);
  assert.equal(tokens.claims().sub, `ben-${run}`);
  await openid.tokenRevocation(config, tokens.refresh_token);
  await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, `ben-${run}`), { status: 401 });
  const second = await begin();
  second.parameters.scope = "openid project:teams.read";
  const refused = await agree(ben, openid.buildAuthorizationUrl(config, second.parameters), "reject");
  await assert.rejects(openid.authorizationCodeGrant(config, refused.back, second.checks), { error: "access_denied" });
});

test("a device shows a code that somebody enters", async () => {
  const [maker, cleo] = [await person("maker3"), await person("cleo")];
  const { config, app } = await register(maker, `tv-${run}`, "public");
  const begun = await openid.initiateDeviceAuthorization(config, { scope: "openid" });
  const oauth2 = new appwrite.Oauth2(cleo);
  const grant = await oauth2.createGrant({ userCode: begun.user_code });
  assert.deepEqual([grant.appId, grant.redirectUri], [app.$id, ""]);
  assert.equal((await oauth2.approve({ grantId: grant.$id })).redirectUrl, "");
  const grantType = "urn:ietf:params:oauth:grant-type:device_code";
  const device = new appwrite.Oauth2(client());
  const tokens = await device.createToken({ grantType, deviceCode: begun.device_code, clientId: app.$id });
  assert.equal(tokens.scope, "openid");
  const again = device.createToken({ grantType, deviceCode: begun.device_code, clientId: app.$id });
  assert.equal(await refusal(again), "oauth2_invalid_grant");
  assert.deepEqual(Object.keys(await device.revoke({ token: tokens.refresh_token, clientId: app.$id })), []);
});

test("a team installs a program, which acts for it with its own key", async () => {
  const [maker, dora] = [await person("maker4"), await person("dora")];
  const { apps, app } = await register(maker, `sync-${run}`, "confidential");
  const appId = app.$id;
  const scopes = await apps.listInstallationScopes();
  assert.deepEqual(scopes.scopes.map((one) => [one.value, one.type]), [["project:locale.read", "project"], ["project:teams.read", "project"]]);
  assert.equal((await apps.listOAuth2Scopes()).total, 6);
  await apps.update({ appId, name: "Sync", installationScopes: ["project:locale.read"] });
  const teams = new appwrite.Teams(dora);
  const team = await teams.create({ teamId: appwrite.ID.unique(), name: "Clinic" });
  const installed = await teams.createInstallation({ teamId: team.$id, appId });
  assert.deepEqual([installed.scopes, installed.authorizationDetails], [["project:locale.read"], []]);
  const own = client().setKey((await apps.createKey({ appId })).secret).addHeader("X-Appwrite-App", appId);
  const seen = await new appwrite.Apps(own).listInstallations({ appId });
  assert.deepEqual(seen.installations.map((one) => one.teamId), [team.$id]);
  const installation = { appId, installationId: installed.$id };
  const tokens = await new appwrite.Apps(own).createInstallationToken(installation);
  const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } };
  assert.equal((await fetch(`${endpoint}/locale/countries`, bearer)).status, 200);
  assert.equal((await fetch(`${endpoint}/teams`, bearer)).status, 401);
  await teams.deleteInstallation({ teamId: team.$id, installationId: installed.$id });
  assert.equal((await fetch(`${endpoint}/locale/countries`, bearer)).status, 401);
  assert.equal(await refusal(new appwrite.Apps(own).getInstallation(installation)), "app_installation_not_found");
  const labelled = await new appwrite.Apps(admin).updateLabels({ appId, labels: ["official"] });
  assert.deepEqual(labelled.labels, ["official"]);
  assert.equal(await refusal(apps.updateLabels({ appId, labels: [] })), "general_unauthorized_scope");
});
