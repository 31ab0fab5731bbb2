//! Columns of every kind: made, filled, changed in place and dropped.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{self, ROWS, TABLE, list, query},
};

#[tokio::test]
async fn every_kind_holds_its_values_and_refuses_others() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    let ring = json!([[[0, 0], [4, 0], [4, 4], [0, 0]]]);
    for (kind, more, kind_name, good, bad) in [
        ("string", json!({ "size": 5 }), "string", json!("héllo"), json!("héllo!")),
        ("varchar", json!({ "size": 5 }), "varchar", json!("a"), json!(1)),
        ("text", json!({}), "text", json!("a"), json!("x".repeat(16_385))),
        ("mediumtext", json!({}), "mediumtext", json!("x".repeat(20_000)), json!(false)),
        ("longtext", json!({}), "longtext", json!("x".repeat(20_000)), json!("a\0b")),
        ("integer", json!({ "min": 1, "max": 3 }), "integer", json!(3), json!(4)),
        ("bigint", json!({}), "bigint", json!(9_007_199_254_740_993_i64), json!(0.5)),
        ("float", json!({ "max": 2.5 }), "double", json!(2.5), json!(2.6)),
        ("boolean", json!({}), "boolean", json!(true), json!("true")),
        ("email", json!({}), "string", json!("ada@example.org"), json!("ada")),
        ("url", json!({}), "string", json!("https://example.org/x"), json!("example")),
        ("ip", json!({}), "string", json!("2001:db8::1"), json!("300.1.1.1")),
        ("enum", json!({ "elements": ["red", "blue"] }), "string", json!("red"), json!("green")),
        ("datetime", json!({}), "datetime", json!("2026-01-02T03:04:05.678+00:00"), json!("today")),
        ("point", json!({}), "point", json!([13.4, 52.5]), json!([200, 0])),
        ("line", json!({}), "linestring", json!([[0, 0], [1, 1]]), json!([[0, 0]])),
        ("polygon", json!({}), "polygon", ring.clone(), json!([[[0, 0], [1, 1]]])),
    ] {
        let key = format!("c_{kind}");
        let column = notes::column(&admin, kind, &key, &more).await;
        assert_eq!(column["type"], kind_name);
        let row = notes::row(&admin, kind, &json!({ key.clone(): good })).await;
        assert_eq!(row[&key], good, "{kind}");
        let refused = admin.refused(Method::POST, ROWS, &json!({ "data": { key.clone(): bad } })).await;
        assert_eq!(refused, (400, "row_invalid_structure".into()), "{kind} {bad}");
        assert_eq!(admin.get(&format!("{TABLE}/columns/{key}")).await, column);
        if !matches!(kind, "point" | "line" | "polygon") {
            let lists = format!("l_{kind}");
            let mut more = more;
            more["array"] = json!(true);
            notes::column(&admin, kind, &lists, &more).await;
            let changed = json!({ "data": { lists.clone(): [good, good] } });
            let row = admin.ok(Method::PATCH, &format!("{ROWS}/{kind}"), &changed).await;
            assert_eq!(row[&lists], json!([good, good]));
            let wrong = json!({ "data": { lists: [bad] } });
            assert_eq!(
                admin.refused(Method::PATCH, &format!("{ROWS}/{kind}"), &wrong).await.0,
                400,
                "{kind}"
            );
        }
    }
    let of_kind = query("equal", "type", &json!(["integer", "double"]));
    let found =
        admin.get(&list(&format!("{TABLE}/columns"), &[of_kind, query("limit", "", &json!([3]))])).await;
    assert_eq!((found["total"].as_i64(), found["columns"].as_array().map(Vec::len)), (Some(4), Some(3)));
}

#[tokio::test]
async fn nonsense_makes_no_column() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "integer", "rank", &json!({})).await;
    for (kind, body, expected) in [
        ("integer", json!({ "key": "Rank" }), "column_already_exists"),
        ("integer", json!({ "key": "$id" }), "general_argument_invalid"),
        ("integer", json!({ "key": "a\" INTEGER; --" }), "general_argument_invalid"),
        ("string", json!({ "key": "a" }), "general_argument_invalid"),
        ("string", json!({ "key": "a", "size": 0 }), "general_argument_invalid"),
        ("string", json!({ "key": "a", "size": 9, "encrypt": true }), "general_bad_request"),
        ("varchar", json!({ "key": "a", "size": 16_382 }), "general_argument_invalid"),
        ("enum", json!({ "key": "a", "elements": [] }), "general_argument_invalid"),
        ("integer", json!({ "key": "a", "min": 3, "max": 1 }), "column_value_invalid"),
        ("integer", json!({ "key": "a", "max": 1, "default": 2 }), "column_value_invalid"),
        ("integer", json!({ "key": "a", "required": true, "default": 2 }), "column_default_unsupported"),
        ("integer", json!({ "key": "a", "array": true, "default": [2] }), "column_default_unsupported"),
        ("colour", json!({ "key": "a" }), "column_type_invalid"),
    ] {
        let refused = admin.refused(Method::POST, &format!("{TABLE}/columns/{kind}"), &body).await;
        assert_eq!(refused.1, expected, "{kind} {body}");
    }
    assert_eq!(admin.get(TABLE).await["columns"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_column_is_renamed_narrowed_and_dropped_with_its_rows_kept() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "string", "title", &json!({ "size": 20 })).await;
    notes::column(&admin, "integer", "rank", &json!({})).await;
    for (key, kind, columns) in [
        ("by_title", "unique", json!(["title"])),
        ("words", "fulltext", json!(["title"])),
        ("both", "key", json!(["rank", "title"])),
    ] {
        let index = json!({ "key": key, "type": kind, "columns": columns });
        admin.ok(Method::POST, &format!("{TABLE}/indexes"), &index).await;
    }
    notes::row(&admin, "one", &json!({ "title": "twelve chars", "rank": 1 })).await;
    let path = format!("{TABLE}/columns/string/title");
    let narrow = json!({ "required": false, "default": null, "size": 11 });
    assert_eq!(admin.refused(Method::PATCH, &path, &narrow).await, (400, "column_invalid_resize".into()));
    let renamed = json!({ "required": true, "default": null, "size": 12, "newKey": "name" });
    let column = admin.ok(Method::PATCH, &path, &renamed).await;
    assert_eq!(
        (&column["key"], &column["size"], &column["required"]),
        (&json!("name"), &json!(12), &json!(true))
    );
    assert_eq!(admin.get(&format!("{ROWS}/one")).await["name"], "twelve chars");
    assert_eq!(notes::found(&admin, &[query("search", "name", &json!(["twelve"]))]).await, ["one"]);
    let of_other_kind =
        admin.refused(Method::PATCH, &format!("{TABLE}/columns/integer/name"), &json!({})).await;
    assert_eq!(of_other_kind, (400, "column_type_invalid".into()));
    let ranges = json!({ "required": false, "default": 4, "min": 1, "max": 9 });
    admin.ok(Method::PATCH, &format!("{TABLE}/columns/integer/rank"), &ranges).await;
    assert_eq!(notes::row(&admin, "two", &json!({ "name": "b" })).await["rank"], 4);
    admin.ok(Method::DELETE, &format!("{TABLE}/columns/name"), &Value::Null).await;
    let indexes = admin.get(&format!("{TABLE}/indexes")).await;
    assert_eq!((indexes["total"].as_i64(), &indexes["indexes"][0]["columns"]), (Some(1), &json!(["rank"])));
    let row = admin.get(&format!("{ROWS}/one")).await;
    assert_eq!((&row["rank"], row.get("name")), (&json!(1), None));
    let gone = admin.refused(Method::GET, &format!("{TABLE}/columns/name"), &Value::Null).await;
    assert_eq!(gone, (404, "column_not_found".into()));
    let engine = engine.restart().await;
    assert_eq!(engine.admin().get(TABLE).await["columns"].as_array().map(Vec::len), Some(1));
}
