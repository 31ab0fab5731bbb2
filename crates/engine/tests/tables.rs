//! Rows: permissions, queries, forged fields.

mod harness;

use harness::{Client, Running};
use reqwest::Method;
use serde_json::{Value, json};

const ROWS: &str = "/tablesdb/main/tables/notes/rows";

async fn notes(engine: &Running, permissions: Value, row_security: bool) -> Client {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let table = json!({ "tableId": "notes", "name": "Notes", "permissions": permissions, "rowSecurity": row_security });
    admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    let columns = "/tablesdb/main/tables/notes/columns";
    let title = json!({ "key": "title", "size": 20, "required": true });
    admin.ok(Method::POST, &format!("{columns}/varchar"), &title).await;
    admin.ok(Method::POST, &format!("{columns}/integer"), &json!({ "key": "rank", "required": false })).await;
    admin
}

fn list(queries: &[Value]) -> String {
    let pairs =
        queries.iter().enumerate().map(|(index, query)| (format!("queries[{index}]"), query.to_string()));
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{ROWS}?{text}")
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().expect("rows").iter().map(|row| row["title"].as_str().expect("title")).collect()
}

#[tokio::test]
async fn a_row_is_its_makers_until_they_share_it() {
    let engine = Running::start().await;
    notes(&engine, json!(["create(\"users\")"]), true).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let row = ada.ok(Method::POST, ROWS, &json!({ "rowId": "one", "data": { "title": "Hers" } })).await;
    assert_eq!(row["$sequence"], "1");
    assert_eq!(row["$permissions"].as_array().map(Vec::len), Some(3));
    let path = format!("{ROWS}/one");
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let refused = ben.refused(method, &path, &json!({ "data": { "title": "Mine" } })).await;
        assert_eq!(refused, (404, "row_not_found".into()));
    }
    assert_eq!(ben.get(ROWS).await["total"], 0);
    let stranger = json!({ "permissions": ["read(\"user:ben\")"] });
    assert_eq!(ada.refused(Method::PATCH, &path, &stranger).await.0, 401);
    let shared =
        json!({ "permissions": ["read(\"users\")", "update(\"user:ada\")", "delete(\"user:ada\")"] });
    ada.ok(Method::PATCH, &path, &shared).await;
    assert_eq!(titles(&ben.get(ROWS).await), ["Hers"]);
    assert_eq!(ben.refused(Method::DELETE, &path, &Value::Null).await, (401, "user_unauthorized".into()));
    assert_eq!(engine.guest().refused(Method::GET, &path, &Value::Null).await.0, 404);
    ada.ok(Method::DELETE, &path, &Value::Null).await;
}

#[tokio::test]
async fn what_does_not_fit_a_column_or_forges_a_field_is_refused() {
    let engine = Running::start().await;
    let admin = notes(&engine, json!([]), false).await;
    for data in [
        json!({}),
        json!({ "title": 7 }),
        json!({ "title": "x".repeat(21) }),
        json!({ "title": "a", "rank": 1.5 }),
        json!({ "title": "a", "$id": "forged" }),
        json!({ "title": "a", "$permissions": ["read(\"any\")"] }),
        json!({ "title": "a", "other\"; DROP TABLE user; --": 1 }),
    ] {
        let refused = admin.refused(Method::POST, ROWS, &json!({ "data": data })).await;
        assert_eq!(refused, (400, "row_invalid_structure".into()), "{data}");
    }
    let column = json!({ "key": "x\" TEXT, \"y", "required": false });
    assert_eq!(
        admin.refused(Method::POST, "/tablesdb/main/tables/notes/columns/integer", &column).await.0,
        400
    );
    assert_eq!(admin.get(ROWS).await["total"], 0);
    let injected = json!({ "method": "equal", "attribute": "title\" OR 1=1 --", "values": ["x"] });
    assert_eq!(admin.refused(Method::GET, &list(&[injected]), &Value::Null).await.1, "general_query_invalid");
}

#[tokio::test]
async fn pages_follow_each_other_in_both_directions_also_among_equals() {
    let engine = Running::start().await;
    let admin = notes(&engine, json!([]), false).await;
    for (id, rank) in [("a", json!(2)), ("b", json!(1)), ("c", json!(2)), ("d", Value::Null), ("e", json!(3))]
    {
        admin.ok(Method::POST, ROWS, &json!({ "rowId": id, "data": { "title": id, "rank": rank } })).await;
    }
    for order in ["orderAsc", "orderDesc"] {
        let order = json!({ "method": order, "attribute": "rank" });
        let whole = admin.get(&list(std::slice::from_ref(&order))).await;
        let whole = titles(&whole);
        let two = json!({ "method": "limit", "values": [2] });
        let after = json!({ "method": "cursorAfter", "values": [whole[1]] });
        assert_eq!(titles(&admin.get(&list(&[order.clone(), two.clone(), after])).await), whole[2..4]);
        let before = json!({ "method": "cursorBefore", "values": [whole[3]] });
        assert_eq!(titles(&admin.get(&list(&[order, two, before])).await), whole[1..3]);
    }
    let cursor = json!({ "method": "cursorAfter", "values": ["gone"] });
    assert_eq!(
        admin.refused(Method::GET, &list(&[cursor]), &Value::Null).await.1,
        "general_cursor_not_found"
    );
}

#[tokio::test]
async fn upsert_makes_and_then_changes_and_everything_survives_a_restart() {
    let engine = Running::start().await;
    let admin = notes(&engine, json!(["read(\"any\")"]), false).await;
    let path = format!("{ROWS}/one");
    admin.ok(Method::PUT, &path, &json!({ "data": { "title": "First", "rank": 1 } })).await;
    admin.ok(Method::PUT, &path, &json!({ "data": { "title": "Second" } })).await;
    let engine = engine.restart().await;
    let row = engine.guest().get(&path).await;
    assert_eq!((row["title"].as_str(), row["rank"].as_i64()), (Some("Second"), Some(1)));
    let like = json!({ "method": "startsWith", "attribute": "title", "values": ["%"] });
    assert_eq!(engine.guest().get(&list(&[like])).await["total"], 0);
}
