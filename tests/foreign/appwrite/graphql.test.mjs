// npm appwrite's and node-appwrite's Graphql classes, for people and for a key.

import "./browser.mjs";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Account, Client, Graphql } from "appwrite";
import { Client as ServerClient, Graphql as ServerGraphql } from "node-appwrite";
import { admin, stack } from "./stack.mjs";

const client = new Client().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project);
const graphql = new Graphql(client);
const server = new ServerGraphql(
  new ServerClient().setEndpoint(stack.appwrite.endpoint).setProject(stack.appwrite.project).setKey(stack.appwrite.key),
);
const databaseId = "graphql";
// New at each run: a stack may be tested twice.
const tableId = `notes-${Date.now()}`;

before(async () => {
  await admin("POST", "/tablesdb", { databaseId, name: "GraphQL" });
  const ada = stack.people.find((person) => person.userId === "ada");
  await new Account(client).createEmailPasswordSession({ email: ada.email, password: ada.password });
});

test("a key makes a table, and a person writes and reads rows of it", async () => {
  const made = await server.mutation({
    query: {
      query: `mutation($databaseId: String!, $tableId: String!) {
        tablesDBCreateTable(databaseId: $databaseId, tableId: $tableId, name: "Notes", permissions: ["create(\\"users\\")"], rowSecurity: true) { _id }
        tablesDBCreateVarcharColumn(databaseId: $databaseId, tableId: $tableId, key: "title", size: 50, required: true) { key status }
      }`,
      variables: { databaseId, tableId },
    },
  });
  const { tablesDBCreateTable: table, tablesDBCreateVarcharColumn: column } = made.data;
  assert.deepEqual([table._id, column.key, column.status], [tableId, "title", "available"]);
  const written = await graphql.mutation({
    query: {
      query: `mutation($databaseId: String!, $tableId: String!, $data: Json!) {
        tablesDBCreateRow(databaseId: $databaseId, tableId: $tableId, rowId: "one", data: $data) { _id data }
      }`,
      variables: { databaseId, tableId, data: { title: "First" } },
    },
  });
  assert.deepEqual(JSON.parse(written.data.tablesDBCreateRow.data), { title: "First" });
  const query = { query: `{ tablesDBListRows(databaseId: "${databaseId}", tableId: "${tableId}") { total rows { _id data } } accountGet { _id } }` };
  const mine = await graphql.query({ query });
  assert.deepEqual([mine.data.tablesDBListRows.total, mine.data.accountGet._id], [1, "ada"]);
  const batch = await graphql.query({ query: [query, { query: "{ localeListCurrencies { total } }" }] });
  assert.deepEqual([batch.length, batch[0].data.accountGet._id], [2, "ada"]);
  assert.ok(batch[1].data.localeListCurrencies.total > 100);
});

test("what a person may not do is refused with Appwrite's type", async () => {
  const answer = await graphql.query({ query: { query: "{ usersList { total } accountGet { name } }" } });
  assert.equal(answer.data.usersList, null);
  assert.ok(answer.data.accountGet.name);
  const [{ path, extensions }] = answer.errors;
  assert.deepEqual([path, extensions.code, extensions.type], [["usersList"], 401, "general_unauthorized_scope"]);
  const users = await server.query({ query: { query: "{ usersList { total } }" } });
  assert.ok(users.data.usersList.total >= 2);
});

test("too many queries are refused as a whole", async () => {
  const query = Array.from({ length: 11 }, () => ({ query: "{ accountGet { _id } }" }));
  await assert.rejects(graphql.query({ query }), { code: 400, type: "graphql_too_many_queries" });
});
