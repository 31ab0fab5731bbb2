import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AppwriteException, Client, Databases, ID, Operator, Query, RelationMutate, RelationshipType, TablesDB,
  TablesDBIndexType,
} from "node-appwrite";
import { refusals, stack } from "./stack.mjs";

const refusal = refusals(AppwriteException);

// npm node-appwrite, unmodified, with an administrator's key.
const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project)
  .setKey(stack.appwrite.key);
const tables = new TablesDB(client);
const databases = new Databases(client);
// New at each run: a stack may be tested twice.
const databaseId = `admin-${Date.now()}`;
const tableId = "things";
const at = { databaseId, tableId };

before(async () => {
  await tables.create({ databaseId, name: "Administration" });
  await tables.createTable({ databaseId, tableId, name: "Things", rowSecurity: false });
});

after(() => tables.delete({ databaseId }));

test("makes, changes and drops columns of every kind", async () => {
  const required = false;
  const made = [
    await tables.createStringColumn({ ...at, key: "string", size: 20, required, xdefault: "x" }),
    await tables.createVarcharColumn({ ...at, key: "varchar", size: 20, required, array: true }),
    await tables.createTextColumn({ ...at, key: "text", required }),
    await tables.createMediumtextColumn({ ...at, key: "mediumtext", required }),
    await tables.createLongtextColumn({ ...at, key: "longtext", required }),
    await tables.createIntegerColumn({ ...at, key: "integer", required, min: 0, max: 10 }),
    await tables.createBigIntColumn({ ...at, key: "bigint", required }),
    await tables.createFloatColumn({ ...at, key: "float", required }),
    await tables.createBooleanColumn({ ...at, key: "boolean", required }),
    await tables.createEmailColumn({ ...at, key: "email", required }),
    await tables.createUrlColumn({ ...at, key: "url", required }),
    await tables.createIpColumn({ ...at, key: "ip", required }),
    await tables.createEnumColumn({ ...at, key: "enum", elements: ["a", "b"], required }),
    await tables.createDatetimeColumn({ ...at, key: "datetime", required }),
    await tables.createPointColumn({ ...at, key: "point", required }),
    await tables.createLineColumn({ ...at, key: "line", required }),
    await tables.createPolygonColumn({ ...at, key: "polygon", required }),
  ];
  assert.deepEqual(made.map((column) => column.status), made.map(() => "available"));
  const listed = await tables.listColumns({ ...at, queries: [Query.limit(100)] });
  assert.deepEqual(listed.columns, made);
  const renamed = await tables.updateStringColumn({ ...at, key: "string", required: true, xdefault: null, newKey: "title" });
  assert.deepEqual([renamed.key, renamed.required, renamed.default], ["title", true, null]);
  await tables.updateIntegerColumn({ ...at, key: "integer", required, xdefault: 3, min: 1, max: 9 });
  await tables.deleteColumn({ ...at, key: "longtext" });
  assert.equal(await refusal(tables.getColumn({ ...at, key: "longtext" })), "column_not_found");
});

test("writes many rows, counts, and finds words", async () => {
  await tables.createIndex({ ...at, key: "words", type: TablesDBIndexType.Fulltext, columns: ["title"] });
  const rows = ["red wine", "white wine", "beer"].map((title, index) => ({ $id: `row-${index}`, title, varchar: ["t"] }));
  const made = await tables.createRows({ ...at, rows });
  assert.deepEqual([made.total, made.rows[0].integer], [3, 3]);
  const found = await tables.listRows({ ...at, queries: [Query.search("title", "wine"), Query.select(["title"])] });
  assert.deepEqual(found.rows.map((row) => [row.title, row.integer]), [["red wine", undefined], ["white wine", undefined]]);
  const row = { ...at, rowId: "row-0" };
  assert.equal((await tables.incrementRowColumn({ ...row, column: "integer", value: 6, max: 9 })).integer, 9);
  assert.equal(await refusal(tables.incrementRowColumn({ ...row, column: "integer" })), "column_limit_exceeded");
  const changed = await tables.updateRow({ ...row, data: { varchar: Operator.arrayAppend(["u"]), bigint: 9007199254740993n } });
  assert.deepEqual([changed.varchar, changed.bigint], [["t", "u"], 9007199254740993n]);
  const many = await tables.updateRows({ ...at, data: { boolean: true }, queries: [Query.startsWith("title", "white")] });
  assert.deepEqual(many.rows.map((one) => one.$id), ["row-1"]);
  assert.equal((await tables.upsertRows({ ...at, rows: [{ $id: "row-3", title: "new" }] })).rows[0].title, "new");
  assert.equal((await tables.deleteRows({ ...at, queries: [Query.equal("$id", "row-3")] })).total, 1);
});

test("commits a transaction whole, and tells of conflicts", async () => {
  const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
  await tables.createRow({ ...at, rowId: "staged", data: { title: "staged" }, transactionId });
  await tables.createOperations({
    transactionId, operations: [{ action: "update", ...at, rowId: "row-2", data: { title: "ale" } }],
  });
  assert.equal(await refusal(tables.getRow({ ...at, rowId: "staged" })), "row_not_found");
  assert.equal((await tables.getRow({ ...at, rowId: "staged", transactionId })).title, "staged");
  assert.equal((await tables.updateTransaction({ transactionId, commit: true })).status, "committed");
  assert.equal((await tables.getRow({ ...at, rowId: "row-2" })).title, "ale");
  const second = await tables.createTransaction();
  await tables.deleteRow({ ...at, rowId: "staged", transactionId: second.$id });
  await tables.updateRow({ ...at, rowId: "staged", data: { title: "changed" } });
  const commit = tables.updateTransaction({ transactionId: second.$id, commit: true });
  assert.equal(await refusal(commit), "transaction_conflict");
});

test("loads what is related where it is selected", async () => {
  await tables.createTable({ databaseId, tableId: "owners", name: "Owners" });
  await tables.createVarcharColumn({ databaseId, tableId: "owners", key: "name", size: 20, required: false });
  const column = await tables.createRelationshipColumn({
    databaseId, tableId: "owners", relatedTableId: tableId, type: RelationshipType.OneToMany, twoWay: true,
    key: "things", twoWayKey: "owner", onDelete: RelationMutate.SetNull,
  });
  assert.deepEqual([column.relatedTable, column.relationType, column.side], [tableId, "oneToMany", "parent"]);
  const owner = { databaseId, tableId: "owners", rowId: "ada" };
  await tables.createRow({ ...owner, data: { name: "Ada", things: ["row-0", { $id: "own", title: "own" }] } });
  const whole = await tables.getRow({ ...owner, queries: [Query.select(["*", "things.title"])] });
  assert.deepEqual(whole.things.map((thing) => thing.title), ["red wine", "own"]);
  await tables.deleteRow(owner);
  const thing = await tables.getRow({ ...at, rowId: "own", queries: [Query.select(["owner.*"])] });
  assert.equal(thing.owner, null);
});

test("asks by what related rows say, also where a table is related to itself", async () => {
  const people = { databaseId, tableId: "people" };
  await tables.createTable({ ...people, name: "People" });
  await tables.createVarcharColumn({ ...people, key: "name", size: 20, required: true });
  await tables.createRelationshipColumn({
    ...people, relatedTableId: "people", type: RelationshipType.ManyToOne, twoWay: true, key: "boss", twoWayKey: "reports",
    onDelete: RelationMutate.SetNull,
  });
  for (const [name, boss] of [["Ada", null], ["Ben", "Ada"], ["Cem", "Ada"], ["Dan", "Ben"]]) {
    await tables.createRow({ ...people, rowId: name, data: { name, boss } });
  }
  const found = async (...queries) => (await tables.listRows({ ...people, queries })).rows.map((row) => row.name);
  assert.deepEqual(await found(Query.equal("boss.name", "Ada")), ["Ben", "Cem"]);
  assert.deepEqual(await found(Query.equal("boss.boss.name", ["Ada"])), ["Dan"]);
  assert.deepEqual(await found(Query.containsAll("reports.name", ["Ben", "Cem"])), ["Ada"]);
  assert.equal(await refusal(found(Query.orderAsc("boss.name"))), "general_query_invalid");
});

test("keeps encrypted columns from queries, and counts nothing where nobody wants it", async () => {
  const secret = await tables.createTextColumn({ ...at, key: "secret", required: false, encrypt: true });
  assert.equal(secret.encrypt, true);
  await tables.updateRow({ ...at, rowId: "row-0", data: { secret: "hush" } });
  assert.equal((await tables.getRow({ ...at, rowId: "row-0" })).secret, "hush");
  const asked = tables.listRows({ ...at, queries: [Query.equal("secret", "hush")] });
  assert.equal(await refusal(asked), "general_query_invalid");
  const listed = await tables.listColumns({ ...at, total: false });
  assert.deepEqual([listed.total, listed.columns.length > 0], [0, true]);
  assert.deepEqual((await tables.getStatus({ databaseId })).health, "healthy");
  assert.deepEqual((await tables.getReplicas({ databaseId })).members.map((one) => one.role), ["primary"]);
  assert.equal((await tables.listSpecifications()).total, 0);
});

test("speaks the older names of the same", async () => {
  const collectionId = tableId;
  const collection = await databases.getCollection({ databaseId, collectionId });
  assert.deepEqual([collection.documentSecurity, collection.attributes[0].key], [false, "title"]);
  const document = await databases.createDocument({ databaseId, collectionId, documentId: ID.unique(), data: { title: "old" } });
  assert.equal(document.$collectionId, collectionId);
  const list = await databases.listDocuments({ databaseId, collectionId, queries: [Query.equal("title", "old")] });
  assert.deepEqual(list.documents.map((one) => one.$id), [document.$id]);
  const missing = databases.getDocument({ databaseId, collectionId, documentId: "missing" });
  assert.equal(await refusal(missing), "document_not_found");
});
