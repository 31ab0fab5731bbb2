// A file is opened to somebody without an account: node-appwrite makes the token, appwrite's address carries it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client as WebClient, Storage } from "appwrite";
import { AppwriteException, Client, Tokens } from "node-appwrite";
import { refusals, stack } from "./stack.mjs";

const refusal = refusals(AppwriteException);
const server = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setKey(stack.appwrite.key);
const tokens = new Tokens(server);
const web = new Storage(new WebClient().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project));
const file = { bucketId: "files", fileId: "demo-dawn" };

test("a token opens a file to a guest until it is deleted", async () => {
  const status = async (url) => (await fetch(url)).status;
  assert.equal(await status(web.getFileView(file)), 404);
  const token = await tokens.createFileToken({ ...file, expire: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal(token.resourceId, "files:demo-dawn");
  const opened = { ...file, token: token.secret };
  assert.equal(await status(web.getFileView(opened)), 200);
  assert.equal(await status(web.getFileDownload(opened)), 200);
  assert.equal(await status(web.getFilePreview({ ...opened, width: 32 })), 200);
  assert.equal(await status(web.getFileView({ ...opened, fileId: "demo-welcome" })), 401);
  assert.deepEqual((await tokens.list(file)).tokens.map((known) => known.$id), [token.$id]);
  assert.equal((await tokens.update({ tokenId: token.$id })).expire, "");
  await tokens.delete({ tokenId: token.$id });
  assert.equal(await status(web.getFileView(opened)), 401);
  assert.equal(await refusal(tokens.get({ tokenId: token.$id })), "token_not_found");
});
