//! Every way to ask for rows.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{self, ROWS, found, list, query},
};

async fn library(engine: &Running) -> Client {
    let admin = notes::table(engine, json!([]), false).await;
    notes::column(&admin, "string", "title", &json!({ "size": 50 })).await;
    notes::column(&admin, "integer", "pages", &json!({})).await;
    notes::column(&admin, "string", "tags", &json!({ "size": 20, "array": true })).await;
    notes::column(&admin, "integer", "marks", &json!({ "array": true })).await;
    notes::column(&admin, "datetime", "read", &json!({})).await;
    notes::column(&admin, "boolean", "lent", &json!({})).await;
    for (id, data) in [
        (
            "a",
            json!({ "title": "Ada", "pages": 10, "tags": ["x", "y"], "marks": [1, 5], "read": "2026-01-01T10:00:00+02:00", "lent": true }),
        ),
        (
            "b",
            json!({ "title": "100% Bread", "pages": 20, "tags": ["y"], "marks": [9], "read": "2026-02-01" , "lent": false }),
        ),
        ("c", json!({ "title": "Cold_Start", "pages": 30, "tags": [] })),
        ("d", json!({})),
    ] {
        notes::row(&admin, id, &data).await;
        engine.later(1000);
    }
    admin
}

/// What is too long for an address is asked in a body.
#[tokio::test]
async fn rows_are_asked_for_by_post_too() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    let many: Vec<String> =
        (0..300).map(|number| format!("a long title that nobody gave, number {number}")).collect();
    let queries = [
        query("notEqual", "title", &json!([many[0]])),
        query("isNotNull", "title", &json!([])),
        json!({ "method": "orderDesc", "attribute": "pages" }),
        json!({ "method": "limit", "values": [2] }),
    ];
    let texts = |queries: &[Value]| queries.iter().map(Value::to_string).collect::<Vec<_>>();
    let path = format!("{ROWS}/query");
    let answer = admin.ok(Method::POST, &path, &json!({ "queries": texts(&queries) })).await;
    assert_eq!(answer, admin.get(&list(ROWS, &queries)).await);
    assert_eq!((&answer["total"], &answer["rows"][0]["$id"]), (&json!(3), &json!("c")));
    let none: Vec<Value> = many.chunks(3).map(|titles| query("equal", "title", &json!(titles))).collect();
    let asked = json!({ "queries": texts(&none), "total": false });
    assert_eq!(admin.ok(Method::POST, &path, &asked).await, json!({ "total": 0, "rows": [] }));
    assert_eq!(admin.ok(Method::POST, &path, &json!({})).await["total"], 4);
    let transaction = admin.ok(Method::POST, "/tablesdb/transactions", &json!({})).await["$id"].clone();
    let staged = json!({ "rowId": "e", "data": { "title": "Eve" }, "transactionId": transaction });
    admin.ok(Method::POST, ROWS, &staged).await;
    let within = json!({ "transactionId": transaction });
    assert_eq!(admin.ok(Method::POST, &path, &within).await["total"], 5);
    let stranger = engine.user("eve").await;
    assert_eq!(stranger.refused(Method::POST, &path, &json!({})).await.0, 401);
    // A row of this name is a row.
    admin.ok(Method::POST, ROWS, &json!({ "rowId": "query", "data": {} })).await;
    assert_eq!(admin.get(&path).await["$id"], "query");
}

#[tokio::test]
async fn every_method_finds_its_rows() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    for (method, attribute, values, expected) in [
        ("equal", "pages", json!([10, 30]), vec!["a", "c"]),
        ("equal", "lent", json!([true]), vec!["a"]),
        ("notEqual", "pages", json!([10]), vec!["b", "c", "d"]),
        ("lessThan", "pages", json!([20]), vec!["a"]),
        ("greaterThanEqual", "pages", json!([20]), vec!["b", "c"]),
        ("between", "pages", json!([15, 30]), vec!["b", "c"]),
        ("notBetween", "pages", json!([15, 30]), vec!["a"]),
        ("isNull", "title", json!([]), vec!["d"]),
        ("isNotNull", "read", json!([]), vec!["a", "b"]),
        ("startsWith", "title", json!(["100%"]), vec!["b"]),
        ("notStartsWith", "title", json!(["100%"]), vec!["a", "c"]),
        ("endsWith", "title", json!(["start"]), vec!["c"]),
        ("notEndsWith", "title", json!(["start"]), vec!["a", "b"]),
        ("contains", "title", json!(["_"]), vec!["c"]),
        ("notContains", "title", json!(["_"]), vec!["a", "b"]),
        ("containsAll", "title", json!(["a", "r"]), vec!["b", "c"]),
        ("regex", "title", json!(["^(Ada|Cold.*)$"]), vec!["a", "c"]),
        ("contains", "tags", json!(["x", "z"]), vec!["a"]),
        ("containsAny", "tags", json!(["y"]), vec!["a", "b"]),
        ("containsAll", "tags", json!(["x", "y"]), vec!["a"]),
        ("notContains", "tags", json!(["x"]), vec!["b", "c", "d"]),
        ("lessThan", "read", json!(["2026-01-01T08:00:00.001Z"]), vec!["a"]),
        ("greaterThan", "$createdAt", json!(["2023-11-14T22:13:22.500Z"]), vec!["d"]),
        ("equal", "$id", json!(["b"]), vec!["b"]),
    ] {
        assert_eq!(
            found(&admin, &[query(method, attribute, &values)]).await,
            expected,
            "{method} {attribute} {values}"
        );
    }
    let exists = json!({ "method": "exists", "values": ["title", "read"] });
    assert_eq!(found(&admin, &[exists]).await, ["a", "b"]);
    let nothing = json!({ "method": "notExists", "values": ["title", "read"] });
    assert_eq!(found(&admin, &[nothing]).await, ["d"]);
    let range = [query("greaterThan", "marks", &json!([1])), query("lessThan", "marks", &json!([6]))];
    let element = json!({ "method": "elemMatch", "attribute": "marks", "values": range });
    assert_eq!(found(&admin, &[element]).await, ["a"]);
    let either = json!({ "method": "or", "values": [
        query("equal", "pages", &json!([10])),
        { "method": "and", "values": [query("isNull", "pages", &json!([])), query("isNull", "title", &json!([]))] },
    ]});
    assert_eq!(found(&admin, &[either]).await, ["a", "d"]);
    let mut random = found(&admin, &[json!({ "method": "orderRandom" })]).await;
    random.sort();
    assert_eq!(random, ["a", "b", "c", "d"]);
    assert_eq!(
        found(&admin, &[json!({ "method": "orderDesc", "attribute": "" })]).await,
        ["d", "c", "b", "a"]
    );
}

#[tokio::test]
async fn columns_may_be_called_what_sqlite_calls_its_own() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), true).await;
    for key in ["value", "key", "rowid"] {
        notes::column(&admin, "string", key, &json!({ "size": 9, "array": true })).await;
    }
    for (kind, key) in [("point", "json"), ("text", "rank"), ("integer", "select"), ("integer", "a.b-c")] {
        notes::column(&admin, kind, key, &json!({})).await;
    }
    for (key, kind, column) in [("a", "spatial", "json"), ("b", "fulltext", "rank"), ("c", "key", "a.b-c")] {
        let index = json!({ "key": key, "type": kind, "columns": [column] });
        admin.ok(Method::POST, &format!("{}/indexes", notes::TABLE), &index).await;
    }
    let data = json!({ "value": ["x"], "key": ["y"], "rowid": ["z"], "json": [1, 2], "rank": "words", "select": 1, "a.b-c": 2 });
    notes::row(&admin, "one", &data).await;
    for (method, attribute, values) in [
        ("contains", "value", json!(["x"])),
        ("containsAll", "key", json!(["y"])),
        ("elemMatch", "rowid", json!([query("equal", "", &json!(["z"]))])),
        ("equal", "json", json!([[1, 2]])),
        ("search", "rank", json!(["words"])),
        ("equal", "select", json!([1])),
        ("equal", "a.b-c", json!([2])),
    ] {
        assert_eq!(found(&admin, &[query(method, attribute, &values)]).await, ["one"], "{attribute}");
    }
    assert!(found(&engine.user("ada").await, &[]).await.is_empty());
    let narrow = json!({ "required": false, "default": null, "size": 1 });
    admin.ok(Method::PATCH, &format!("{}/columns/string/value", notes::TABLE), &narrow).await;
}

#[tokio::test]
async fn only_what_is_selected_is_answered() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    let select = json!({ "method": "select", "values": ["pages", "$id"] });
    let row = admin.get(&list(&format!("{ROWS}/a"), std::slice::from_ref(&select))).await;
    assert_eq!((&row["pages"], row.get("title"), &row["$id"]), (&json!(10), None, &json!("a")));
    // One may filter and sort by what is not shown.
    let rows = admin
        .get(&list(
            ROWS,
            &[select, query("orderDesc", "title", &json!([])), query("equal", "lent", &json!([false]))],
        ))
        .await;
    assert_eq!((rows["total"].as_i64(), &rows["rows"][0]["pages"]), (Some(1), &json!(20)));
    let unknown = json!({ "method": "select", "values": ["pages", "secret"] });
    assert_eq!(
        admin.refused(Method::GET, &list(ROWS, &[unknown]), &Value::Null).await.1,
        "general_query_invalid"
    );
}

#[tokio::test]
async fn hostile_queries_are_refused_and_harm_nothing() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    let many: Vec<i64> = (0..501).collect();
    for bad in [
        query("equal", "tags", &json!(["x"])),
        query("lessThan", "marks", &json!([1])),
        query("regex", "title", &json!(["(a{1000}){1000}"])),
        query("regex", "title", &json!(["("])),
        query("equal", "pages", &json!(many)),
        query("equal", "read", &json!(["soon"])),
        query("between", "pages", &json!([1])),
        query("elemMatch", "marks", &json!([query("equal", "pages", &json!([1]))])),
        query("orderAsc", "tags", &json!([])),
        query("search", "title", &json!(["x"])),
        query("equal", "pages\" OR 1=1 --", &json!([1])),
    ] {
        let refused = admin.refused(Method::GET, &list(ROWS, std::slice::from_ref(&bad)), &Value::Null).await;
        assert_eq!(refused, (400, "general_query_invalid".into()), "{bad}");
    }
    for text in ["'; DROP TABLE rows_1; --", "%", "\\", "\u{0}", "🦀"] {
        for method in ["equal", "contains", "startsWith", "notEndsWith", "regex"] {
            let answer = admin
                .call(Method::GET, &list(ROWS, &[query(method, "title", &json!([text]))]), &Value::Null)
                .await;
            assert!(answer.status() == 200 || method == "regex", "{method} {text}");
        }
    }
    assert_eq!(admin.get(ROWS).await["total"], 4);
}
