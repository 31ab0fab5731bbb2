//! Usage: what there is and what was asked.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    DAY,
    harness::{Client, Running, files},
    key, of,
};

const HOUR: i64 = DAY / 24;

/// The values of a list of metrics.
fn values(metrics: &Value) -> Vec<i64> {
    let metrics = metrics.as_array().expect("metrics").iter();
    metrics.map(|metric| metric["value"].as_i64().expect("a number")).collect()
}

fn last(metrics: &Value) -> i64 {
    *values(metrics).last().expect("one")
}

async fn table(admin: &Client, rows: usize) {
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let new = json!({ "tableId": "notes", "name": "Notes", "permissions": ["read(\"any\")"] });
    admin.ok(Method::POST, "/tablesdb/main/tables", &new).await;
    let column = json!({ "key": "text", "size": 100, "required": false });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/columns/string", &column).await;
    let words = json!({ "key": "words", "type": "fulltext", "columns": ["text"] });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/indexes", &words).await;
    for _ in 0..rows {
        let row = json!({ "rowId": "unique()", "data": { "text": "some words" } });
        admin.ok(Method::POST, "/tablesdb/main/tables/notes/rows", &row).await;
    }
}

#[tokio::test]
async fn what_there_is_is_counted_with_its_history() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    table(&admin, 2).await;
    engine.later(2 * HOUR);
    let ben = engine.user("ben").await;
    table_row(&admin).await;
    files::bucket(&engine, json!({})).await;
    assert_eq!(files::send(&ben, "letter", "letter.txt", &[b'x'; 1000], None).await.status(), 201);

    let users = admin.get("/users/usage?range=24h").await;
    assert_eq!(
        (&users["range"], &users["usersTotal"], &users["sessionsTotal"]),
        (&json!("24h"), &json!(2), &json!(2))
    );
    let history = values(&users["users"]);
    assert_eq!((history.len(), &history[20..]), (24, &[0, 1, 1, 2][..]));
    assert_eq!(last(&users["sessions"]), 2);
    let month = admin.get("/users/usage").await;
    assert_eq!((&month["range"], values(&month["users"]).len()), (&json!("30d"), 30));

    let databases = admin.get("/tablesdb/usage").await;
    for (total, history, expected) in
        [("databasesTotal", "databases", 1), ("tablesTotal", "tables", 1), ("rowsTotal", "rows", 3)]
    {
        assert_eq!(databases[total], expected, "{total}");
        assert_eq!(last(&databases[history]), expected, "{history}");
    }
    assert_eq!(databases["databasesWritesTotal"], 3);
    assert_eq!(admin.get("/databases/usage").await["documentsTotal"], 3);
    let main = admin.get("/tablesdb/main/usage?range=90d").await;
    assert_eq!((&main["rowsTotal"], &main["collectionsTotal"]), (&json!(3), &json!(1)));
    let bytes = main["storageTotal"].as_i64().expect("bytes");
    assert!(bytes > 4096 && bytes < databases["storageTotal"].as_i64().expect("bytes"), "{bytes}");
    let notes = admin.get("/tablesdb/main/tables/notes/usage?range=24h").await;
    assert_eq!((&notes["rowsTotal"], &values(&notes["rows"])[20..]), (&json!(3), &[0, 2, 2, 3][..]));
    let older = admin.get("/databases/main/collections/notes/usage").await;
    assert_eq!((&older["documentsTotal"], last(&older["documents"])), (&json!(3), 3));

    let storage = admin.get("/storage/usage").await;
    assert_eq!((&storage["bucketsTotal"], &storage["filesTotal"]), (&json!(1), &json!(1)));
    assert_eq!((&storage["filesStorageTotal"], last(&storage["storage"])), (&json!(1000), 1000));
    let bucket = admin.get("/storage/files/usage").await;
    assert_eq!((&bucket["filesTotal"], &bucket["filesStorageTotal"]), (&json!(1), &json!(1000)));

    for (path, kind) in [
        ("/storage/none/usage", "storage_bucket_not_found"),
        ("/tablesdb/none/usage", "database_not_found"),
        ("/tablesdb/main/tables/none/usage", "table_not_found"),
    ] {
        assert_eq!(admin.refused(Method::GET, path, &Value::Null).await, of(404, kind));
    }
    for path in ["/users/usage?range=1y", "/project/usage?period=1m", "/project/usage?startDate=then"] {
        assert_eq!(admin.refused(Method::GET, path, &Value::Null).await, of(400, "general_argument_invalid"));
    }
    let reads = json!({ "name": "Reader", "scopes": ["users.read"] });
    let (reader, _) = key(&engine, &admin, &reads).await;
    for path in ["/users/usage", "/project/usage", "/storage/files/usage"] {
        assert_eq!(
            reader.refused(Method::GET, path, &Value::Null).await,
            of(401, "general_unauthorized_scope")
        );
        assert_eq!(ben.refused(Method::GET, path, &Value::Null).await, of(401, "general_unauthorized_scope"));
    }
    let counts = json!({ "name": "Counts", "scopes": ["usage.read"] });
    let (counts, _) = key(&engine, &admin, &counts).await;
    assert_eq!(counts.get("/project/usage").await["usersTotal"], 2);
}

async fn table_row(admin: &Client) {
    let row = json!({ "rowId": "unique()", "data": { "text": "more words" } });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/rows", &row).await;
}

#[tokio::test]
async fn what_is_asked_is_counted_by_the_hour_and_outlives_the_server() {
    let engine = Running::start().await;
    let admin = engine.admin();
    table(&admin, 3).await;
    engine.guest().get("/tablesdb/main/tables/notes/rows").await;
    let query =
        json!({ "query": "{ tablesDBListRows(databaseId: \"main\", tableId: \"notes\") { total } }" });
    engine.guest().ok(Method::POST, "/graphql", &query).await;
    engine.later(HOUR);
    for _ in 0..5 {
        engine.guest().get("/locale/codes").await;
    }
    let usage = "/project/usage?period=1h&startDate=2023-11-14T22:00:00Z&endDate=2023-11-14T23:30:00Z";
    let before = engine.admin().get(usage).await;
    // Database, table, column, index, three rows, and what was read; then the five.
    assert_eq!(values(&before["requests"]), [9, 5]);
    assert_eq!(
        (values(&before["databasesReads"]), values(&before["databasesWrites"])),
        (vec![2, 0], vec![3, 0])
    );
    let network = values(&before["network"]);
    assert!(network[0] > 1000 && network[1] > 5 * 1000, "{network:?}");
    assert_eq!(before["networkTotal"], network[0] + network[1]);
    assert_eq!(before["imageTransformationsTotal"], 0);

    let engine = engine.restart().await;
    let after = engine.admin().get(usage).await;
    assert_eq!(values(&after["requests"]), [9, 6], "with the question of before");
}
