//! Operations that happen together, or not at all.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{self, ROWS, found, list, query},
};

const ALL: &str = "/tablesdb/transactions";

async fn accounts(engine: &Running, permissions: Value) -> Client {
    let admin = notes::table(engine, permissions, true).await;
    notes::column(&admin, "integer", "money", &json!({ "min": 0 })).await;
    let log = json!({ "tableId": "log", "name": "Log", "permissions": ["create(\"users\")"], "rowSecurity": true,
        "columns": [{ "key": "text", "type": "string", "size": 50 }] });
    admin.ok(Method::POST, "/tablesdb/main/tables", &log).await;
    notes::row(&admin, "ada", &json!({ "money": 10 })).await;
    notes::row(&admin, "ben", &json!({ "money": 0 })).await;
    admin
}

async fn open(client: &Client) -> (String, String) {
    let transaction = client.ok(Method::POST, ALL, &json!({})).await;
    assert_eq!(transaction["status"], "pending");
    let id = transaction["$id"].as_str().expect("id").to_owned();
    (format!("{ALL}/{id}"), id)
}

async fn money(client: &Client, id: &str) -> Value {
    client.get(&format!("{ROWS}/{id}")).await["money"].clone()
}

#[tokio::test]
async fn what_is_staged_is_seen_inside_and_happens_at_the_commit() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!([])).await;
    let (path, id) = open(&admin).await;
    let down = json!({ "value": 4, "min": 0, "transactionId": id });
    let row = admin.ok(Method::PATCH, &format!("{ROWS}/ada/money/decrement"), &down).await;
    assert_eq!(row["money"], 6);
    let operations = json!({ "operations": [
        { "action": "increment", "databaseId": "main", "tableId": "notes", "rowId": "ben", "data": { "column": "money", "value": 4 } },
        { "action": "create", "databaseId": "main", "tableId": "log", "rowId": "first", "data": { "text": "4 for Ben" } },
        { "action": "update", "databaseId": "main", "tableId": "log", "rowId": "first", "data": { "text": "four for Ben" } },
        { "action": "bulkUpdate", "databaseId": "main", "tableId": "notes",
          "data": { "queries": [query("equal", "$id", &json!(["ben"])).to_string()], "data": { "money": 5 } } },
    ]});
    let transaction = admin.ok(Method::POST, &format!("{path}/operations"), &operations).await;
    assert_eq!(transaction["operations"], 5);
    assert_eq!((money(&admin, "ada").await, money(&admin, "ben").await), (json!(10), json!(0)));
    let inside = admin.get(&format!("{ROWS}/ben?transactionId={id}")).await;
    assert_eq!(inside["money"], 5);
    let rich = query("greaterThan", "money", &json!([5]));
    let inside = admin.get(&format!("{}&transactionId={id}", list(ROWS, &[rich]))).await;
    assert_eq!((inside["total"].as_i64(), &inside["rows"][0]["money"]), (Some(1), &json!(6)));
    let engine = engine.restart().await;
    let admin = engine.admin();
    let committed = admin.ok(Method::PATCH, &path, &json!({ "commit": true })).await;
    assert_eq!(committed["status"], "committed");
    assert_eq!((money(&admin, "ada").await, money(&admin, "ben").await), (json!(6), json!(5)));
    assert_eq!(admin.get("/tablesdb/main/tables/log/rows/first").await["text"], "four for Ben");
    let again = admin.refused(Method::PATCH, &path, &json!({ "commit": true })).await;
    assert_eq!(again, (400, "transaction_not_ready".into()));
}

#[tokio::test]
async fn a_row_that_others_changed_makes_the_commit_fail_whole() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!([])).await;
    let (path, id) = open(&admin).await;
    let stage = |money: i64| json!({ "data": { "money": money }, "transactionId": id });
    admin.ok(Method::PATCH, &format!("{ROWS}/ada"), &stage(1)).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/ben"), &stage(9)).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/ben"), &json!({ "data": { "money": 3 } })).await;
    let refused = admin.refused(Method::PATCH, &path, &json!({ "commit": true })).await;
    assert_eq!(refused, (409, "transaction_conflict".into()));
    assert_eq!((money(&admin, "ada").await, money(&admin, "ben").await), (json!(10), json!(3)));
    assert_eq!(admin.get(&path).await["status"], "failed");
    // The same for a row that somebody else made first.
    let (path, id) = open(&admin).await;
    let new = json!({ "rowId": "cem", "data": { "money": 1 }, "transactionId": id });
    admin.ok(Method::POST, ROWS, &new).await;
    notes::row(&admin, "cem", &json!({ "money": 2 })).await;
    assert_eq!(admin.refused(Method::PATCH, &path, &json!({ "commit": true })).await.0, 409);
    // And for one that is gone.
    let (path, id) = open(&admin).await;
    admin.ok(Method::DELETE, &format!("{ROWS}/cem"), &json!({ "transactionId": id })).await;
    assert_eq!(found(&admin, &[]).await, ["ada", "ben", "cem"]);
    admin.ok(Method::DELETE, &format!("{ROWS}/cem"), &Value::Null).await;
    assert_eq!(admin.refused(Method::PATCH, &path, &json!({ "commit": true })).await.0, 409);
}

#[tokio::test]
async fn what_could_not_be_done_cannot_be_staged() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!([])).await;
    let (path, id) = open(&admin).await;
    let poor = json!({ "value": 11, "transactionId": id });
    let refused = admin.refused(Method::PATCH, &format!("{ROWS}/ada/money/decrement"), &poor).await;
    assert_eq!(refused, (400, "column_limit_exceeded".into()));
    for (operation, expected) in [
        (
            json!({ "action": "update", "databaseId": "main", "tableId": "notes", "rowId": "zoe", "data": {} }),
            "row_not_found",
        ),
        (
            json!({ "action": "create", "databaseId": "main", "tableId": "none", "rowId": "a", "data": {} }),
            "table_not_found",
        ),
        (
            json!({ "action": "create", "databaseId": "none", "tableId": "notes", "rowId": "a", "data": {} }),
            "database_not_found",
        ),
        (
            json!({ "action": "create", "databaseId": "main", "tableId": "notes", "data": {} }),
            "general_argument_invalid",
        ),
        (
            json!({ "action": "create", "databaseId": "main", "tableId": "notes", "rowId": "../x", "data": {} }),
            "general_argument_invalid",
        ),
        (
            json!({ "action": "create", "databaseId": "main", "tableId": "notes", "rowId": "a", "data": { "x": 1 } }),
            "row_invalid_structure",
        ),
        (json!({ "action": "drop", "databaseId": "main", "tableId": "notes" }), "general_argument_invalid"),
    ] {
        let body = json!({ "operations": [operation] });
        assert_eq!(admin.refused(Method::POST, &format!("{path}/operations"), &body).await.1, expected);
    }
    assert_eq!(admin.get(&path).await["operations"], 0);
    let both = json!({ "commit": true, "rollback": true });
    assert_eq!(admin.refused(Method::PATCH, &path, &both).await.0, 400);
    admin.ok(Method::POST, ROWS, &json!({ "rowId": "new", "data": {}, "transactionId": id })).await;
    assert_eq!(admin.ok(Method::PATCH, &path, &json!({ "rollback": true })).await["status"], "failed");
    assert_eq!(found(&admin, &[]).await, ["ada", "ben"]);
    assert_eq!(admin.refused(Method::POST, ALL, &json!({ "ttl": 5 })).await.0, 400);
}

#[tokio::test]
async fn a_transaction_is_its_owners_and_ends_with_its_time() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!(["create(\"users\")"])).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let (path, id) = open(&ada).await;
    assert_eq!(ben.refused(Method::GET, &path, &Value::Null).await, (404, "transaction_not_found".into()));
    let staged = json!({ "rowId": "hers", "data": { "money": 1 }, "transactionId": id });
    assert_eq!(ben.refused(Method::POST, ROWS, &staged).await.0, 404);
    ada.ok(Method::POST, ROWS, &staged).await;
    // She may not touch the administrator's rows inside either.
    let theirs = json!({ "data": { "money": 1 }, "transactionId": id });
    assert_eq!(ada.refused(Method::PATCH, &format!("{ROWS}/ben"), &theirs).await.0, 404);
    let bulk = json!({ "operations": [{ "action": "bulkDelete", "databaseId": "main", "tableId": "notes", "data": { "queries": [] } }] });
    assert_eq!(ada.refused(Method::POST, &format!("{path}/operations"), &bulk).await.0, 401);
    assert_eq!(
        (ada.get(ALL).await["total"].as_i64(), ben.get(ALL).await["total"].as_i64()),
        (Some(1), Some(0))
    );
    assert_eq!(engine.guest().refused(Method::POST, ALL, &json!({})).await.0, 401);
    admin.ok(Method::PATCH, &path, &json!({ "commit": true })).await;
    let row = ada.get(&format!("{ROWS}/hers")).await;
    assert_eq!(row["$permissions"][0], "read(\"user:ada\")");
    let (path, id) = open(&ada).await;
    engine.later(300_001);
    let late = json!({ "data": { "money": 1 }, "transactionId": id });
    assert_eq!(
        ada.refused(Method::PATCH, &format!("{ROWS}/hers"), &late).await,
        (410, "transaction_expired".into())
    );
    assert_eq!(ada.refused(Method::PATCH, &path, &json!({ "commit": true })).await.0, 410);
    ada.ok(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(ada.refused(Method::GET, &path, &Value::Null).await.0, 404);
}

#[tokio::test]
async fn what_follows_on_what_is_staged_is_tried_with_it() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!([])).await;
    let unique = json!({ "key": "one_each", "type": "unique", "columns": ["money"] });
    let (path, id) = open(&admin).await;
    let up = json!({ "value": 1, "transactionId": id });
    let increment = format!("{ROWS}/ada/money/increment");
    assert_eq!(admin.ok(Method::PATCH, &increment, &up).await["money"], 11);
    // A row of its own, and then what needs it.
    admin
        .ok(Method::POST, ROWS, &json!({ "rowId": "cem", "data": { "money": 1 }, "transactionId": id }))
        .await;
    let twice = json!({ "rowId": "cem", "data": {}, "transactionId": id });
    assert_eq!(admin.refused(Method::POST, ROWS, &twice).await, (409, "row_already_exists".into()));
    let richer = json!({ "data": { "money": 2 }, "transactionId": id });
    assert_eq!(admin.ok(Method::PATCH, &format!("{ROWS}/cem"), &richer).await["money"], 2);
    assert_eq!(admin.ok(Method::PATCH, &increment, &up).await["money"], 12);
    admin.ok(Method::DELETE, &format!("{ROWS}/ben"), &json!({ "transactionId": id })).await;
    assert_eq!(admin.refused(Method::PATCH, &format!("{ROWS}/ben"), &richer).await.0, 404);
    assert_eq!(admin.get(&path).await["operations"], 5);
    assert_eq!(admin.ok(Method::PATCH, &path, &json!({ "commit": true })).await["status"], "committed");
    assert_eq!(found(&admin, &[]).await, ["ada", "cem"]);
    assert_eq!((money(&admin, "ada").await, money(&admin, "cem").await), (json!(12), json!(2)));

    // What a unique index keeps apart is found at the commit, when it was not staged for one row.
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/indexes", &unique).await;
    let (path, id) = open(&admin).await;
    for row in ["dan", "eva"] {
        admin
            .ok(Method::POST, ROWS, &json!({ "rowId": row, "data": { "money": 7 }, "transactionId": id }))
            .await;
    }
    let refused = admin.refused(Method::PATCH, &path, &json!({ "commit": true })).await;
    assert_eq!(refused, (409, "transaction_conflict".into()));
    assert_eq!(found(&admin, &[]).await, ["ada", "cem"]);
}

#[tokio::test]
async fn what_many_stage_at_once_is_all_there_or_refused() {
    let engine = Running::start().await;
    let admin = accounts(&engine, json!([])).await;
    let (path, id) = open(&admin).await;
    let up = json!({ "value": 1, "transactionId": id });
    let one = async || admin.call(Method::PATCH, &format!("{ROWS}/ben/money/increment"), &up).await;
    let answers = futures_util::future::join_all((0..12).map(|_| one())).await;
    let mut taken = 0_u64;
    for answer in answers {
        match answer.status().as_u16() {
            200 => {
                taken += 1;
                let row: Value = answer.json().await.expect("a row");
                assert!((1..=12).contains(&row["money"].as_u64().expect("a number")), "{row}");
            }
            // Too many others came in between.
            409 => {}
            other => panic!("{other}"),
        }
    }
    assert!(taken > 0);
    assert_eq!(admin.get(&path).await["operations"], taken);
    let inside = admin.get(&format!("{ROWS}/ben?transactionId={id}")).await;
    assert_eq!(inside["money"], taken);
    admin.ok(Method::PATCH, &path, &json!({ "commit": true })).await;
    assert_eq!(money(&admin, "ben").await, json!(taken));
}
