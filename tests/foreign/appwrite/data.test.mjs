import "./browser.mjs";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Account, Client, ID, Permission, Query, Realtime, Role, Storage, TablesDB } from "appwrite";
import { admin, stack, until } from "./stack.mjs";

const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
const tables = new TablesDB(client);
const storage = new Storage(client);
const databaseId = "foreign";
// New at each run: a stack may be tested twice.
const tableId = `notes-${Date.now()}`;

before(async () => {
  await admin("POST", "/tablesdb", { databaseId, name: "Foreign" });
  await admin("POST", `/tablesdb/${databaseId}/tables`, {
    tableId, name: "Notes", permissions: ['create("users")'], rowSecurity: true,
  });
  const columns = `/tablesdb/${databaseId}/tables/${tableId}/columns`;
  await admin("POST", `${columns}/varchar`, { key: "title", size: 100, required: true });
  await admin("POST", `${columns}/integer`, { key: "rank", required: false });
  await admin("POST", `${columns}/boolean`, { key: "done", required: false, default: false });
  await admin("POST", "/storage/buckets", {
    bucketId: "foreign", name: "Foreign", permissions: ['create("users")'], fileSecurity: true,
  });
  const ada = stack.people.find((person) => person.userId === "ada");
  await new Account(client).createEmailPasswordSession({ email: ada.email, password: ada.password });
});

test("writes rows and finds them again", async () => {
  for (const [rank, title] of ["alpha", "beta", "gamma", "delta", "100% epsilon"].entries()) {
    const row = await tables.createRow({ databaseId, tableId, rowId: `row-${rank}`, data: { title, rank } });
    assert.deepEqual([row.$tableId, row.title, row.done], [tableId, title, false]);
  }
  const found = async (...queries) => {
    const list = await tables.listRows({ databaseId, tableId, queries });
    return list.rows.map((row) => row.title);
  };
  assert.deepEqual(await found(Query.equal("rank", [1, 2]), Query.orderDesc("rank")), ["gamma", "beta"]);
  assert.deepEqual(await found(Query.greaterThanEqual("rank", 3), Query.orderAsc("title")), ["100% epsilon", "delta"]);
  assert.deepEqual(await found(Query.startsWith("title", "100%")), ["100% epsilon"]);
  assert.deepEqual(await found(Query.contains("title", "et")), ["beta"]);
  assert.deepEqual(await found(Query.or([Query.equal("title", "alpha"), Query.between("rank", 3, 3)])), ["alpha", "delta"]);
  const page = [Query.orderAsc("rank"), Query.limit(2)];
  assert.deepEqual(await found(...page, Query.cursorAfter("row-1")), ["gamma", "delta"]);
  assert.deepEqual(await found(...page, Query.cursorBefore("row-2")), ["alpha", "beta"]);
  const only = await tables.listRows({ databaseId, tableId, queries: [Query.select(["rank"]), Query.limit(1)] });
  assert.deepEqual([only.total, only.rows[0].rank, only.rows[0].title], [5, 0, undefined]);
});

test("changes, upserts and deletes rows", async () => {
  const changed = await tables.updateRow({ databaseId, tableId, rowId: "row-0", data: { done: true } });
  assert.deepEqual([changed.title, changed.done], ["alpha", true]);
  const made = await tables.upsertRow({ databaseId, tableId, rowId: "new", data: { title: "new" } });
  assert.equal(made.title, "new");
  await tables.deleteRow({ databaseId, tableId, rowId: "new" });
  await assert.rejects(tables.getRow({ databaseId, tableId, rowId: "new" }), { code: 404, type: "row_not_found" });
  const forbidden = tables.createRow({
    databaseId, tableId, rowId: ID.unique(), data: { title: "x" }, permissions: [Permission.read(Role.user("ben"))],
  });
  await assert.rejects(forbidden, { code: 401 });
});

test("uploads 12 MiB in chunks, with progress, and gets the same back", async () => {
  const bytes = new Uint8Array(12 * 1024 * 1024).map((_, index) => (index * 31) % 251);
  const seen = [];
  const file = await storage.createFile({
    bucketId: "foreign", fileId: ID.unique(), file: new File([bytes], "large.bin"),
    onProgress: ({ progress, chunksUploaded, chunksTotal }) => seen.push([progress, chunksUploaded, chunksTotal]),
  });
  assert.deepEqual([file.chunksTotal, file.chunksUploaded, file.sizeOriginal], [3, 3, bytes.length]);
  assert.equal(file.signature.length, 32);
  assert.deepEqual(seen.at(-1), [100, 3, 3]);
  const fetched = await get(storage.getFileDownload({ bucketId: "foreign", fileId: file.$id }));
  assert.deepEqual(new Uint8Array(await fetched.arrayBuffer()), bytes);
  const list = await storage.listFiles({ bucketId: "foreign", search: "large" });
  assert.deepEqual(list.files.map((known) => known.$id), [file.$id]);
  const renamed = await storage.updateFile({ bucketId: "foreign", fileId: file.$id, name: "folder/large.bin" });
  assert.equal(renamed.name, "folder/large.bin");
  await storage.deleteFile({ bucketId: "foreign", fileId: file.$id });
  assert.equal((await storage.listFiles({ bucketId: "foreign" })).total, 0);
});

test("shows a preview of a picture", async () => {
  const url = storage.getFilePreview({
    bucketId: "files", fileId: "demo-dawn", width: 64, height: 64, quality: 70, output: "webp",
  });
  const preview = await get(url);
  assert.equal(preview.headers.get("content-type"), "image/webp");
  const bytes = new Uint8Array(await preview.arrayBuffer());
  assert.equal(new TextDecoder("latin1").decode(bytes.slice(8, 12)), "WEBP");
  assert.equal((await get(storage.getFileView({ bucketId: "files", fileId: "demo-dawn" }))).status, 200);
});

test("hears what happens, and only what one may read", async () => {
  const realtime = new Realtime(client);
  const heard = [];
  const subscription = await realtime.subscribe(
    [`tablesdb.${databaseId}.tables.${tableId}.rows`, "account"],
    (event) => heard.push(event),
  );
  const named = [];
  await realtime.subscribe("rows", (event) => named.push(event.payload.title), [
    Query.equal("title", ["second", "probe"]),
  ]);
  // Subscribing is not acknowledged to callers: rows are written until both have heard one.
  await until("the subscriptions", async () => {
    await tables.createRow({ databaseId, tableId, rowId: ID.unique(), data: { title: "probe" } });
    return heard.length > 0 && named.length > 0;
  });
  await tables.createRow({ databaseId, tableId, rowId: "first", data: { title: "first" } });
  await tables.createRow({ databaseId, tableId, rowId: "second", data: { title: "second" } });
  await admin("POST", `/tablesdb/${databaseId}/tables/${tableId}/rows`, {
    rowId: "secret", data: { title: "secret" }, permissions: ['read("user:ben")'],
  });
  await tables.updateRow({ databaseId, tableId, rowId: "first", data: { done: true } });
  await new Account(client).updatePrefs({ prefs: { heard: true } });
  // A probe that was still on its way may be heard among them.
  const mine = () => heard.filter((event) => event.payload.title !== "probe");
  await until("four events", () => mine().length >= 4);
  assert.deepEqual(
    mine().map((event) => event.events[0]),
    [
      `databases.${databaseId}.tables.${tableId}.rows.first.create`,
      `databases.${databaseId}.tables.${tableId}.rows.second.create`,
      `databases.${databaseId}.tables.${tableId}.rows.first.update`,
      "users.ada.update.prefs",
    ],
  );
  assert.deepEqual(named.filter((title) => title !== "probe"), ["second"]);
  await subscription.close();
  await realtime.disconnect();
});

/** As a browser fetches an address that the SDK made: with the session. */
function get(url) {
  const headers = { "x-fallback-cookies": window.localStorage.getItem("cookieFallback") ?? "" };
  return fetch(url, { headers });
}
