// The document of the API: valid as OpenAPI has it, kept by caches, and true of what the SDKs call.

import assert from "node:assert/strict";
import { test } from "node:test";
import SwaggerParser from "@apidevtools/swagger-parser";
import { sdkRoutes } from "./routes.mjs";
import { stack } from "./stack.mjs";

const address = `${stack.appwrite.endpoint}/openapi.json`;

test("the document is valid, and nobody needs to be anybody for it", async () => {
  const answer = await fetch(address);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("cache-control"), /public/);
  const tag = answer.headers.get("etag");
  const document = await answer.json();
  assert.equal(document.openapi, "3.1.0");
  await SwaggerParser.validate(document);
  const again = await fetch(address, { headers: { "if-none-match": tag } });
  assert.equal(again.status, 304);
});

test("what the SDKs call in these services is in it", async () => {
  const { paths } = await (await fetch(address)).json();
  const shape = (path) => path.replaceAll(/\{\w+\}/g, "{}");
  const known = new Set(Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${shape(path)}`)));
  const called = (await sdkRoutes()).map((line) => line.split(" ")).filter(([, , name]) => /^(storage|databases|tokens|webhooks|messaging)\./.test(name));
  assert.ok(called.length > 100);
  for (const [method, path] of called) assert.ok(known.has(`${method.toLowerCase()} ${shape(path)}`), `${method} ${path}`);
});
