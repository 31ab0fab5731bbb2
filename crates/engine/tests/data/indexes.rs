//! Indexes: what they keep apart, and what they let one find.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{self, ROWS, TABLE, found, query},
};

async fn index(admin: &Client, key: &str, kind: &str, columns: Value) -> Value {
    let index = json!({ "key": key, "type": kind, "columns": columns });
    admin.ok(Method::POST, &format!("{TABLE}/indexes"), &index).await
}

#[tokio::test]
async fn a_unique_index_keeps_rows_apart_from_the_first_to_the_last() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "string", "title", &json!({ "size": 20 })).await;
    for id in ["one", "two"] {
        notes::row(&admin, id, &json!({ "title": "same" })).await;
    }
    let unique = json!({ "key": "titles", "type": "unique", "columns": ["title"], "orders": ["desc"] });
    let path = format!("{TABLE}/indexes");
    assert_eq!(admin.refused(Method::POST, &path, &unique).await, (400, "column_index_invalid".into()));
    admin.ok(Method::PATCH, &format!("{ROWS}/two"), &json!({ "data": { "title": "other" } })).await;
    let made = admin.ok(Method::POST, &path, &unique).await;
    assert_eq!((&made["status"], &made["orders"]), (&json!("available"), &json!(["DESC"])));
    let again = admin.refused(Method::POST, &path, &unique).await;
    assert_eq!(again, (409, "column_index_already_exists".into()));
    let same = json!({ "data": { "title": "same" } });
    assert_eq!(admin.refused(Method::POST, ROWS, &same).await, (409, "row_already_exists".into()));
    assert_eq!(admin.refused(Method::PATCH, &format!("{ROWS}/two"), &same).await.0, 409);
    assert_eq!(admin.get(&format!("{path}/titles")).await, made);
    admin.ok(Method::DELETE, &format!("{path}/titles"), &Value::Null).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/two"), &same).await;
    let gone = admin.refused(Method::GET, &format!("{path}/titles"), &Value::Null).await;
    assert_eq!(gone, (404, "column_index_not_found".into()));
}

#[tokio::test]
async fn words_are_found_as_rows_come_change_and_go() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "string", "rank", &json!({ "size": 200 })).await;
    notes::column(&admin, "text", "body", &json!({})).await;
    let search = |words: &str| query("search", "body", &json!([words]));
    notes::row(&admin, "early", &json!({ "body": "Überraschung im Garten" })).await;
    let refused = admin.refused(Method::GET, &notes::list(ROWS, &[search("x")]), &Value::Null).await;
    assert_eq!(refused.1, "general_query_invalid");
    index(&admin, "words", "fulltext", json!(["rank", "body"])).await;
    notes::row(&admin, "late", &json!({ "body": "red wine, white bread", "rank": "garten" })).await;
    assert_eq!(found(&admin, &[search("uberrasch")]).await, ["early"]);
    assert_eq!(found(&admin, &[search("garten")]).await, ["early"]);
    assert_eq!(found(&admin, &[search("bread wi")]).await, ["late"]);
    assert_eq!(found(&admin, &[search("\"white bread\"")]).await, ["late"]);
    assert!(found(&admin, &[search("\"bread white\"")]).await.is_empty());
    assert_eq!(found(&admin, &[query("notSearch", "body", &json!(["wine"]))]).await, ["early"]);
    for strange in ["\"", "* OR", "body:x", "NEAR(a b)", "-", "a\" OR \"b"] {
        found(&admin, &[search(strange)]).await;
    }
    admin.ok(Method::PATCH, &format!("{ROWS}/late"), &json!({ "data": { "body": "beer" } })).await;
    assert!(found(&admin, &[search("wine")]).await.is_empty());
    assert_eq!(found(&admin, &[search("beer")]).await, ["late"]);
    admin.ok(Method::DELETE, &format!("{ROWS}/late"), &Value::Null).await;
    assert!(found(&admin, &[search("beer")]).await.is_empty());
    admin.ok(Method::DELETE, &format!("{TABLE}/indexes/words"), &Value::Null).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/early"), &json!({ "data": { "body": "still writable" } })).await;
}

#[tokio::test]
async fn an_index_that_makes_no_sense_is_refused() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "string", "title", &json!({ "size": 20 })).await;
    notes::column(&admin, "string", "tags", &json!({ "size": 20, "array": true })).await;
    notes::column(&admin, "point", "place", &json!({})).await;
    for (kind, columns, expected) in [
        ("key", json!(["missing"]), "column_unknown"),
        ("key", json!([]), "column_index_invalid"),
        ("key", json!(["title", "title"]), "column_index_invalid"),
        ("key", json!(["tags"]), "column_index_invalid"),
        ("unique", json!(["place"]), "column_index_invalid"),
        ("fulltext", json!(["place"]), "column_index_invalid"),
        ("fulltext", json!(["$id"]), "column_index_invalid"),
        ("spatial", json!(["title"]), "column_index_invalid"),
        ("magic", json!(["title"]), "general_argument_invalid"),
    ] {
        let body = json!({ "key": "x", "type": kind, "columns": columns });
        let refused = admin.refused(Method::POST, &format!("{TABLE}/indexes"), &body).await;
        assert_eq!(refused, (400, expected.to_owned()), "{kind} {columns}");
    }
    index(&admin, "x", "key", json!(["title", "$createdAt"])).await;
    index(&admin, "y", "spatial", json!(["place"])).await;
    notes::row(&admin, "one", &json!({ "place": [1, 2] })).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/one"), &json!({ "data": { "place": null } })).await;
    admin.ok(Method::DELETE, TABLE, &Value::Null).await;
}
