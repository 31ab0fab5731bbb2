//! Databases and tables from their making to their end.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{self, ROWS, TABLE, list, query},
};

#[tokio::test]
async fn databases_and_tables_are_listed_changed_and_deleted() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!(["read(\"any\")"]), false).await;
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "other", "name": "Second" })).await;
    let named = admin.get("/tablesdb?search=second").await;
    assert_eq!((named["total"].as_i64(), &named["databases"][0]["$id"]), (Some(1), &json!("other")));
    let two = admin.get(&list("/tablesdb", &[query("orderDesc", "name", &json!([]))])).await;
    assert_eq!([&two["databases"][0]["name"], &two["databases"][1]["name"]], ["Second", "Main"]);
    let changed =
        admin.ok(Method::PUT, "/tablesdb/other", &json!({ "name": "Third", "enabled": false })).await;
    assert_eq!((&changed["name"], &changed["enabled"]), (&json!("Third"), &json!(false)));
    engine.later(1);
    let table = json!({ "name": "Memos", "permissions": ["read(\"users\")"], "rowSecurity": true });
    let table = admin.ok(Method::PUT, TABLE, &table).await;
    assert_eq!((&table["name"], &table["rowSecurity"]), (&json!("Memos"), &json!(true)));
    assert_ne!(table["$createdAt"], table["$updatedAt"]);
    assert_eq!(admin.get("/tablesdb/main/tables").await["tables"][0]["$permissions"][0], "read(\"users\")");
    admin.ok(Method::DELETE, TABLE, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, ROWS, &Value::Null).await, (404, "table_not_found".into()));
    notes::row(&notes::table_again(&admin).await, "one", &json!({})).await;
    admin.ok(Method::DELETE, "/tablesdb/main", &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, TABLE, &Value::Null).await, (404, "database_not_found".into()));
    assert_eq!(admin.get("/tablesdb").await["total"], 1);
}

#[tokio::test]
async fn no_list_is_counted_where_nobody_wants_to_know() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "integer", "rank", &json!({})).await;
    let index = json!({ "key": "by_rank", "type": "key", "columns": ["rank"] });
    admin.ok(Method::POST, &format!("{TABLE}/indexes"), &index).await;
    admin.ok(Method::POST, "/tablesdb/transactions", &json!({})).await;
    notes::row(&admin, "one", &json!({})).await;
    engine.user("ada").await;
    for (path, name) in [
        ("/tablesdb", "databases"),
        ("/tablesdb/main/tables", "tables"),
        ("/tablesdb/main/tables/notes/columns", "columns"),
        ("/tablesdb/main/tables/notes/indexes", "indexes"),
        ("/tablesdb/main/tables/notes/rows", "rows"),
        ("/tablesdb/transactions", "transactions"),
        ("/databases/main/collections", "collections"),
        ("/databases/main/collections/notes/attributes", "attributes"),
        ("/users", "users"),
        ("/users/ada/sessions", "sessions"),
        ("/users/ada/targets", "targets"),
        ("/project/keys", "keys"),
        ("/project/policies", "policies"),
        ("/project/oauth2", "providers"),
    ] {
        let counted = admin.get(path).await;
        assert!(counted["total"].as_i64() > Some(0), "{path} {counted}");
        let plain = admin.get(&format!("{path}?total=false")).await;
        assert_eq!(plain["total"], 0, "{path}");
        assert_eq!(plain[name], counted[name], "{path}");
    }
}

#[tokio::test]
async fn how_a_database_is_and_that_there_is_one_of_it() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    engine.later(7_000);
    let status = admin.get("/tablesdb/main/status").await;
    assert_eq!(
        (&status["health"], &status["ready"], &status["uptime"]),
        (&json!("healthy"), &json!(true), &json!(7))
    );
    assert_eq!((&status["engine"], status["replicas"].as_array().map(Vec::len)), (&json!("sqlite"), Some(1)));
    let replicas = admin.get("/tablesdb/main/replicas").await;
    assert_eq!((&replicas["replicas"], &replicas["members"][0]["role"]), (&json!(0), &json!("primary")));
    assert_eq!(admin.get("/tablesdb/specifications").await["total"], 0);
    for path in ["/tablesdb/other/status", "/tablesdb/other/replicas"] {
        assert_eq!(admin.refused(Method::GET, path, &Value::Null).await, (404, "database_not_found".into()));
    }
    let own = json!({ "databaseId": "own", "name": "Own", "specification": "s-1vcpu-1gb" });
    let twice = json!({ "databaseId": "own", "name": "Own", "replicas": 2 });
    for body in [own, twice] {
        let refused = admin.refused(Method::POST, "/tablesdb", &body).await;
        assert_eq!(refused, (400, "general_argument_invalid".into()));
    }
    let shared = json!({ "databaseId": "own", "name": "Own", "specification": "serverless", "replicas": 0 });
    admin.ok(Method::POST, "/tablesdb", &shared).await;
}

#[tokio::test]
async fn what_is_not_enabled_is_there_for_keys_only() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!(["read(\"any\")"]), false).await;
    let ada = engine.user("ada").await;
    assert_eq!(ada.get(ROWS).await["total"], 0);
    admin.ok(Method::PUT, TABLE, &json!({ "name": "Notes", "enabled": false })).await;
    assert_eq!(ada.refused(Method::GET, ROWS, &Value::Null).await, (404, "table_not_found".into()));
    assert_eq!(admin.get(ROWS).await["total"], 0);
    admin.ok(Method::PUT, TABLE, &json!({ "enabled": true })).await;
    admin.ok(Method::PUT, "/tablesdb/main", &json!({ "name": "Main", "enabled": false })).await;
    assert_eq!(ada.refused(Method::GET, ROWS, &Value::Null).await, (404, "database_not_found".into()));
    for path in ["/tablesdb", "/tablesdb/main", TABLE] {
        assert_eq!(ada.refused(Method::GET, path, &Value::Null).await.0, 401, "{path}");
    }
}

#[tokio::test]
async fn a_table_is_made_with_its_columns_and_indexes_or_not_at_all() {
    let engine = Running::start().await;
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let mut table = json!({
        "tableId": "notes", "name": "Notes",
        "columns": [
            { "key": "title", "type": "string", "size": 20, "required": true },
            { "key": "mail", "type": "string", "format": "email" },
            { "key": "rank", "type": "integer", "min": 1, "max": 5, "default": 2 },
        ],
        "indexes": [{ "key": "by_rank", "type": "key", "attributes": ["rank"], "orders": ["DESC"] }],
    });
    let made = admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    assert_eq!(made["columns"][1]["format"], "email");
    assert_eq!(made["indexes"][0]["columns"], json!(["rank"]));
    assert_eq!(notes::row(&admin, "one", &json!({ "title": "x" })).await["rank"], 2);
    table["tableId"] = json!("others");
    table["indexes"][0]["attributes"] = json!(["missing"]);
    let refused = admin.refused(Method::POST, "/tablesdb/main/tables", &table).await;
    assert_eq!(refused, (400, "column_unknown".into()));
    assert_eq!(admin.get("/tablesdb/main/tables").await["total"], 1);
}
