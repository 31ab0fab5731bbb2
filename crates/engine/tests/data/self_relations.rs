//! Tables that are related to themselves: people with managers, friends and doubles.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{list, query},
    relationships::{make, names, relate, row, select, table, tables},
};

fn itself(kind: &str, key: &str, back: Option<&str>, on_delete: &str) -> Value {
    json!({ "relatedTableId": "people", "type": kind, "key": key, "twoWay": back.is_some(),
        "twoWayKey": back.unwrap_or_default(), "onDelete": on_delete })
}

#[tokio::test]
async fn all_four_kinds_one_way_and_two_way() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["people"]).await;
    for id in ["ada", "ben", "cem"] {
        make(&admin, "people", id, json!({ "name": id })).await;
    }
    for (kind, many_there, many_back) in [
        ("oneToOne", false, false),
        ("oneToMany", true, false),
        ("manyToOne", false, true),
        ("manyToMany", true, true),
    ] {
        let (key, back) = (format!("to_{kind}"), format!("from_{kind}"));
        let column = relate(&admin, "people", itself(kind, &key, Some(&back), "setNull")).await;
        assert_eq!((&column["relatedTable"], &column["side"]), (&json!("people"), &json!("parent")));
        let other = admin.get(&format!("{}/columns/{back}", table("people"))).await;
        assert_eq!((&other["side"], &other["twoWayKey"]), (&json!("child"), &json!(key)));
        let given = if many_there { json!(["ben"]) } else { json!("ben") };
        admin.ok(Method::PATCH, &row("people", "ada"), &json!({ "data": { key.clone(): given } })).await;
        let shape = |many: bool, name: &str| if many { json!([name]) } else { json!(name) };
        let seen = |row: &Value, key: &str| match &row[key] {
            Value::Array(list) => json!(list.iter().map(|row| row["name"].clone()).collect::<Vec<_>>()),
            one => one["name"].clone(),
        };
        let star = |key: &str| format!("{key}.*");
        let ada = admin.get(&select(&row("people", "ada"), &[&star(&key)])).await;
        assert_eq!(seen(&ada, &key), shape(many_there, "ben"), "{kind}");
        let ben = admin.get(&select(&row("people", "ben"), &[&star(&back), &star(&key)])).await;
        assert_eq!(seen(&ben, &back), shape(many_back, "ada"), "{kind} back");
        assert!(matches!(&ben[&key], Value::Null) || ben[&key] == json!([]), "{kind} has a direction");
        // And written from the other side.
        let given = if many_back { json!(["cem"]) } else { json!("cem") };
        admin.ok(Method::PATCH, &row("people", "ben"), &json!({ "data": { back.clone(): given } })).await;
        let cem = admin.get(&select(&row("people", "cem"), &[&star(&key)])).await;
        assert_eq!(seen(&cem, &key), shape(many_there, "ben"), "{kind}");
        for (attribute, expected) in [(format!("{key}.name"), "cem"), (format!("{back}.name"), "ben")] {
            let other = if expected == "cem" { "ben" } else { "cem" };
            let asked = [query("equal", &attribute, &json!([other]))];
            let rows = admin.get(&list(&format!("{}/rows", table("people")), &asked)).await;
            assert_eq!(names(&rows["rows"]), [expected], "{attribute}");
        }
        let one_way = format!("one_{kind}");
        relate(&admin, "people", itself(kind, &one_way, None, "setNull")).await;
        let given = if many_there { json!(["ada", "cem"]) } else { json!("ada") };
        admin.ok(Method::PATCH, &row("people", "ada"), &json!({ "data": { one_way.clone(): given } })).await;
        let ada = admin.get(&select(&row("people", "ada"), &[&star(&one_way)])).await;
        let first = if many_there { &ada[&one_way][0]["name"] } else { &ada[&one_way]["name"] };
        assert_eq!(first, "ada", "a row may be related to itself");
        // A new key, and then the end of both sides.
        let renamed = json!({ "newKey": format!("new_{kind}") });
        admin.ok(Method::PATCH, &format!("{}/columns/{key}/relationship", table("people")), &renamed).await;
        let other = admin.get(&format!("{}/columns/{back}", table("people"))).await;
        assert_eq!(other["twoWayKey"], format!("new_{kind}"));
        let cem = admin.get(&select(&row("people", "cem"), &[&format!("new_{kind}.*")])).await;
        assert_eq!(seen(&cem, &format!("new_{kind}")), shape(many_there, "ben"), "{kind}");
        admin.ok(Method::DELETE, &format!("{}/columns/{back}", table("people")), &Value::Null).await;
        admin.ok(Method::DELETE, &format!("{}/columns/{one_way}", table("people")), &Value::Null).await;
        assert_eq!(admin.get(&table("people")).await["columns"].as_array().map(Vec::len), Some(1), "{kind}");
    }
    relate(&admin, "people", itself("manyToMany", "friends", Some("friends_of"), "cascade")).await;
    relate(&admin, "people", itself("oneToMany", "children", None, "cascade")).await;
    admin.ok(Method::DELETE, &table("people"), &Value::Null).await;
    admin.ok(Method::DELETE, "/tablesdb/main", &Value::Null).await;
}

#[tokio::test]
async fn both_sides_need_names_of_their_own() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["people"]).await;
    let path = format!("{}/columns/relationship", table("people"));
    for (key, back) in [("people", ""), ("boss", "boss"), ("boss", "Boss")] {
        let same = json!({ "relatedTableId": "people", "type": "manyToOne", "twoWay": true, "key": key, "twoWayKey": back });
        let refused = admin.refused(Method::POST, &path, &same).await;
        assert_eq!(refused, (409, "column_already_exists".into()), "{key} {back}");
    }
    assert_eq!(admin.get(&table("people")).await["columns"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn rings_are_deleted_once_and_kept_where_that_is_declared() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["people"]).await;
    relate(&admin, "people", itself("oneToMany", "reports", Some("boss"), "cascade")).await;
    for (id, boss) in
        [("ada", Value::Null), ("ben", json!("ada")), ("cem", json!("ben")), ("dan", Value::Null)]
    {
        make(&admin, "people", id, json!({ "name": id, "boss": boss })).await;
    }
    admin.ok(Method::PATCH, &row("people", "ada"), &json!({ "data": { "boss": "cem" } })).await;
    let ring = admin.get(&select(&row("people", "ada"), &["boss.boss.boss.name"])).await;
    assert_eq!(ring["boss"]["boss"]["boss"]["name"], "ada");
    admin.ok(Method::DELETE, &row("people", "ben"), &Value::Null).await;
    let left = admin.get(&format!("{}/rows", table("people"))).await;
    assert_eq!(names(&left["rows"]), ["dan"]);
    let restrict = json!({ "onDelete": "restrict" });
    admin.ok(Method::PATCH, &format!("{}/columns/reports/relationship", table("people")), &restrict).await;
    make(&admin, "people", "eve", json!({ "name": "eve", "boss": "dan" })).await;
    let kept = admin.refused(Method::DELETE, &row("people", "dan"), &Value::Null).await;
    assert_eq!(kept, (403, "row_delete_restricted".into()));
    admin.ok(Method::PATCH, &row("people", "eve"), &json!({ "data": { "boss": "eve" } })).await;
    admin.ok(Method::DELETE, &row("people", "eve"), &Value::Null).await;
    let missing = json!({ "data": { "name": "x", "boss": "nobody" } });
    let refused = admin.refused(Method::POST, &format!("{}/rows", table("people")), &missing).await;
    assert_eq!(refused.1, "relationship_value_invalid");
}

#[tokio::test]
async fn rows_that_go_with_others_are_deleted_with_all_and_counted_once() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["people"]).await;
    relate(&admin, "people", itself("oneToMany", "reports", Some("manager"), "cascade")).await;
    for (id, manager) in
        [("ada", Value::Null), ("ben", json!("ada")), ("cem", json!("ben")), ("dan", Value::Null)]
    {
        make(&admin, "people", id, json!({ "name": id, "manager": manager })).await;
    }
    let rows = format!("{}/rows", table("people"));
    let but_dan = json!({ "queries": [query("notEqual", "name", &json!(["dan"])).to_string()] });
    let gone = admin.ok(Method::DELETE, &rows, &but_dan).await;
    assert_eq!((gone["total"].as_i64(), gone["rows"].as_array().map(Vec::len)), (Some(3), Some(1)));
    assert_eq!(gone["rows"][0]["$id"], "ada", "the others went with her");
    assert_eq!(admin.get(&rows).await["total"], 1);
}
