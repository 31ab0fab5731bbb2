//! Many rows at once, numbers that are counted, operators.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running, socket::Socket},
    notes::{self, ROWS, found, query},
};

async fn counters(engine: &Running, permissions: Value) -> Client {
    let admin = notes::table(engine, permissions, false).await;
    notes::column(&admin, "string", "name", &json!({ "size": 20 })).await;
    notes::column(&admin, "integer", "count", &json!({ "max": 100 })).await;
    notes::column(&admin, "float", "share", &json!({})).await;
    notes::column(&admin, "string", "tags", &json!({ "size": 9, "array": true })).await;
    admin
}

#[tokio::test]
async fn many_rows_change_together_or_not_at_all() {
    let engine = Running::start().await;
    let admin = counters(&engine, json!(["create(\"users\")", "update(\"users\")"])).await;
    let rows = json!({ "rows": [
        { "$id": "a", "name": "A", "count": 1, "$permissions": ["read(\"any\")"] },
        { "$id": "b", "name": "B", "count": 2 },
        { "name": "C", "count": 3, "$createdAt": "2020-01-01T00:00:00.000+00:00" },
    ]});
    let made = admin.ok(Method::POST, ROWS, &rows).await;
    assert_eq!(
        (made["total"].as_i64(), &made["rows"][0]["$permissions"]),
        (Some(3), &json!(["read(\"any\")"]))
    );
    assert_eq!(made["rows"][2]["$createdAt"], "2020-01-01T00:00:00.000+00:00");
    let one_wrong = json!({ "rows": [{ "$id": "d", "name": "D" }, { "$id": "a", "name": "again" }] });
    assert_eq!(admin.refused(Method::POST, ROWS, &one_wrong).await, (409, "row_already_exists".into()));
    assert_eq!(admin.get(ROWS).await["total"], 3);
    let upserted = json!({ "rows": [{ "$id": "a", "count": 10 }, { "$id": "e", "name": "E" }] });
    let upserted = admin.ok(Method::PUT, ROWS, &upserted).await;
    assert_eq!((&upserted["rows"][0]["name"], &upserted["rows"][1]["name"]), (&json!("A"), &json!("E")));
    let small = query("lessThan", "count", &json!([5])).to_string();
    let change = json!({ "queries": [small], "data": { "name": "small" } });
    assert_eq!(admin.ok(Method::PATCH, ROWS, &change).await["total"], 2);
    let too_much = json!({ "queries": [], "data": { "count": 101 } });
    assert_eq!(admin.refused(Method::PATCH, ROWS, &too_much).await.1, "row_invalid_structure");
    let gone = json!({ "queries": [query("equal", "name", &json!(["small"])).to_string()] });
    assert_eq!(admin.ok(Method::DELETE, ROWS, &gone).await["total"], 2);
    assert_eq!(found(&admin, &[]).await, ["a", "e"]);
    let ada = engine.user("ada").await;
    for (method, body) in [(Method::POST, rows), (Method::PATCH, change), (Method::DELETE, gone)] {
        assert_eq!(ada.refused(method, ROWS, &body).await.0, 401);
    }
}

/// So many rows with ids and counts from 0 on.
async fn fill(admin: &Client, how_many: usize) {
    let all: Vec<Value> =
        (0..how_many).map(|n| json!({ "$id": format!("r{n}"), "name": "old", "count": n % 100 })).collect();
    for rows in all.chunks(1000) {
        assert_eq!(admin.ok(Method::POST, ROWS, &json!({ "rows": rows })).await["total"], rows.len());
    }
}

#[tokio::test]
async fn more_rows_than_are_told_change_at_once_and_who_listens_asks_again() {
    let engine = Running::start().await;
    let admin = counters(&engine, json!(["read(\"any\")"])).await;
    fill(&admin, 6000).await;
    let (mut hears, _) = Socket::open(&engine, "&channels[]=rows", &engine.guest()).await;
    let mut one =
        Socket::open(&engine, "&channels[]=tablesdb.main.tables.notes.rows.r5999", &engine.guest()).await.0;
    let (mut other, _) =
        Socket::open(&engine, "&channels[]=tablesdb.main.tables.other.rows", &engine.guest()).await;
    // The last one may not be doubled: none is, and nobody hears of any.
    admin.ok(Method::PATCH, &format!("{ROWS}/r5999"), &json!({ "data": { "count": 100 } })).await;
    let more = json!({ "method": "increment", "values": [1] }).to_string();
    let all = json!({ "queries": [], "data": { "name": "new", "count": more } });
    assert_eq!(admin.refused(Method::PATCH, ROWS, &all).await, (400, "row_invalid_structure".into()));
    let new = query("equal", "name", &json!(["new"]));
    assert_eq!(admin.get(&notes::list(ROWS, std::slice::from_ref(&new))).await["total"], 0);
    for socket in [&mut hears, &mut one] {
        socket.event("databases.main.tables.notes.rows.r5999.update").await;
        socket.silent().await;
    }
    let last = query("orderDesc", "$sequence", &json!([])).to_string();
    let all = json!({ "queries": [last], "data": { "name": "new" } });
    let changed = admin.ok(Method::PATCH, ROWS, &all).await;
    let shown = changed["rows"].as_array().expect("rows");
    assert_eq!((changed["total"].as_u64(), shown.len()), (Some(6000), 1000));
    assert_eq!((&shown[0]["$id"], &shown[999]["$id"]), (&json!("r5999"), &json!("r5000")));
    assert_eq!(admin.get(&notes::list(ROWS, &[new])).await["total"], 5000, "counting stops there");
    for socket in [&mut hears, &mut one] {
        loop {
            let told = socket.next().await;
            match told["type"].as_str() {
                Some("event") => assert_eq!(told["data"]["payload"]["name"], "new"),
                Some("error") => assert_eq!(told["data"]["code"], 1013, "come back later"),
                _ => break assert_eq!(told, json!({ "type": "close", "code": 1013 })),
            }
        }
    }
    other.silent().await;
    let most = json!({ "queries": [query("lessThan", "count", &json!([90])).to_string()] });
    assert_eq!(admin.ok(Method::DELETE, ROWS, &most).await["total"], 5400);
    assert_eq!(admin.get(ROWS).await["total"], 600);
    other.silent().await;
}

#[tokio::test]
async fn numbers_are_counted_within_their_bounds() {
    let engine = Running::start().await;
    let admin = counters(&engine, json!(["read(\"any\")"])).await;
    notes::row(&admin, "a", &json!({ "name": "A" })).await;
    let by = |way: &str| format!("{ROWS}/a/count/{way}");
    assert_eq!(admin.ok(Method::PATCH, &by("increment"), &json!({})).await["count"], 1);
    assert_eq!(
        admin.ok(Method::PATCH, &by("increment"), &json!({ "value": 9, "max": 10 })).await["count"],
        10
    );
    let limit = (400, "column_limit_exceeded".to_owned());
    assert_eq!(admin.refused(Method::PATCH, &by("increment"), &json!({ "max": 10 })).await, limit);
    assert_eq!(admin.refused(Method::PATCH, &by("increment"), &json!({ "value": 91 })).await, limit);
    assert_eq!(admin.refused(Method::PATCH, &by("decrement"), &json!({ "value": 4, "min": 7 })).await, limit);
    assert_eq!(admin.refused(Method::PATCH, &by("increment"), &json!({ "value": 0 })).await.0, 400);
    assert_eq!(admin.ok(Method::PATCH, &by("decrement"), &json!({ "value": 4, "min": 6 })).await["count"], 6);
    let share = format!("{ROWS}/a/share/increment");
    assert_eq!(admin.ok(Method::PATCH, &share, &json!({ "value": 0.5 })).await["share"], 0.5);
    let name = admin.refused(Method::PATCH, &format!("{ROWS}/a/name/increment"), &json!({})).await;
    assert_eq!(name, (400, "column_type_invalid".into()));
    let guest = engine.guest().refused(Method::PATCH, &by("increment"), &json!({})).await;
    assert_eq!(guest, (401, "user_unauthorized".into()));
    let none_lost = (0..20).map(|_| {
        let (admin, path) = (admin.clone(), by("increment"));
        tokio::spawn(async move { admin.ok(Method::PATCH, &path, &json!({})).await })
    });
    for task in none_lost.collect::<Vec<_>>() {
        task.await.expect("counted");
    }
    assert_eq!(admin.get(&format!("{ROWS}/a")).await["count"], 26);
}

#[tokio::test]
async fn operators_make_values_from_values() {
    let engine = Running::start().await;
    let admin = counters(&engine, json!([])).await;
    notes::row(&admin, "a", &json!({ "name": "A", "count": 6, "tags": ["x"] })).await;
    let operator = |method: &str, values: Value| json!({ "method": method, "values": values }).to_string();
    let data = json!({
        "name": operator("stringConcat", json!(["da"])),
        "count": operator("multiply", json!([2])),
        "tags": operator("arrayAppend", json!(["y"])),
    });
    let row = admin.ok(Method::PATCH, &format!("{ROWS}/a"), &json!({ "data": data })).await;
    assert_eq!((&row["name"], &row["count"], &row["tags"]), (&json!("Ada"), &json!(12), &json!(["x", "y"])));
    let too_large = json!({ "data": { "count": operator("power", json!([3])) } });
    let refused = admin.refused(Method::PATCH, &format!("{ROWS}/a"), &too_large).await;
    assert_eq!(refused, (400, "row_invalid_structure".into()));
    let misplaced = json!({ "data": { "count": operator("toggle", json!([])) } });
    assert_eq!(admin.refused(Method::PATCH, &format!("{ROWS}/a"), &misplaced).await.0, 400);
}

#[tokio::test]
async fn a_row_may_be_sent_back_as_it_was_answered() {
    let engine = Running::start().await;
    let admin = counters(&engine, json!(["create(\"users\")", "read(\"users\")", "update(\"users\")"])).await;
    let ada = engine.user("ada").await;
    let mut row = notes::row(&ada, "mine", &json!({ "name": "A" })).await;
    row["name"] = json!("B");
    let path = format!("{ROWS}/mine");
    assert_eq!(ada.ok(Method::PATCH, &path, &json!({ "data": row })).await["name"], "B");
    row["$permissions"] = json!(["read(\"any\")"]);
    assert_eq!(ada.refused(Method::PATCH, &path, &json!({ "data": row })).await.1, "row_invalid_structure");
    assert_eq!(ada.refused(Method::PATCH, &path, &json!({ "data": {} })).await.1, "row_missing_payload");
    assert_eq!(admin.get(&path).await["$permissions"].as_array().map(Vec::len), Some(3));
}
