//! Places: near and far, within and across, with an index and without.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{self, ROWS, TABLE, found, list, query},
};

async fn map(engine: &Running) -> Client {
    let admin = notes::table(engine, json!([]), false).await;
    notes::column(&admin, "point", "spot", &json!({})).await;
    notes::column(&admin, "line", "way", &json!({})).await;
    notes::column(&admin, "polygon", "area", &json!({})).await;
    let square = |from: i32, to: i32| json!([[[from, from], [to, from], [to, to], [from, to], [from, from]]]);
    for (id, data) in [
        ("berlin", json!({ "spot": [13.405, 52.52], "area": square(0, 4), "way": [[0, 0], [4, 4]] })),
        ("paris", json!({ "spot": [2.3522, 48.8566], "area": square(3, 6), "way": [[0, 4], [4, 0]] })),
        ("tokyo", json!({ "spot": [139.6917, 35.6895], "area": square(4, 5) })),
        ("nowhere", json!({})),
    ] {
        notes::row(&admin, id, &data).await;
    }
    admin
}

async fn everything_is_found(admin: &Client) {
    let potsdam = json!([13.06, 52.4]);
    for (method, attribute, values, expected) in [
        ("distanceLessThan", "spot", json!([[potsdam, 50_000, true]]), vec!["berlin"]),
        ("distanceLessThan", "spot", json!([[potsdam, 10, false]]), vec!["berlin"]),
        ("distanceGreaterThan", "spot", json!([[potsdam, 1_000_000, true]]), vec!["tokyo"]),
        ("distanceEqual", "spot", json!([[[13.405, 52.52], 0, true]]), vec!["berlin"]),
        ("distanceNotEqual", "spot", json!([[[13.405, 52.52], 0, false]]), vec!["paris", "tokyo"]),
        ("equal", "spot", json!([[13.405, 52.52]]), vec!["berlin"]),
        ("notEqual", "spot", json!([[13.405, 52.52]]), vec!["paris", "tokyo"]),
        ("contains", "area", json!([[1, 2]]), vec!["berlin"]),
        ("notContains", "area", json!([[1, 2]]), vec!["paris", "tokyo"]),
        ("intersects", "area", json!([[[3.5, 0], [3.5, 9]]]), vec!["berlin", "paris"]),
        ("notIntersects", "area", json!([[[3.5, 0], [3.5, 9]]]), vec!["tokyo"]),
        ("overlaps", "area", json!([[[[2, 2], [5, 2], [5, 5], [2, 5], [2, 2]]]]), vec!["berlin", "paris"]),
        ("touches", "area", json!([[0, 2]]), vec!["berlin"]),
        ("crosses", "way", json!([[[0, 2], [1.5, 2.6]]]), vec!["paris"]),
        ("isNull", "spot", json!([]), vec!["nowhere"]),
    ] {
        assert_eq!(found(admin, &[query(method, attribute, &values)]).await, expected, "{method} {values}");
    }
}

#[tokio::test]
async fn an_index_of_places_changes_nothing_but_the_time() {
    let engine = Running::start().await;
    let admin = map(&engine).await;
    everything_is_found(&admin).await;
    for column in ["spot", "area", "way"] {
        let index = json!({ "key": column, "type": "spatial", "columns": [column] });
        admin.ok(Method::POST, &format!("{TABLE}/indexes"), &index).await;
    }
    everything_is_found(&admin).await;
    let moved = json!({ "data": { "spot": [139.7, 35.7] } });
    admin.ok(Method::PATCH, &format!("{ROWS}/berlin"), &moved).await;
    let near_tokyo = query("distanceLessThan", "spot", &json!([[[139.6917, 35.6895], 5_000, true]]));
    assert_eq!(found(&admin, std::slice::from_ref(&near_tokyo)).await, ["berlin", "tokyo"]);
    admin.ok(Method::DELETE, &format!("{ROWS}/tokyo"), &Value::Null).await;
    assert_eq!(found(&admin, &[near_tokyo]).await, ["berlin"]);
}

#[tokio::test]
async fn what_is_no_place_finds_nothing_but_an_error() {
    let engine = Running::start().await;
    let admin = map(&engine).await;
    for bad in [
        query("intersects", "area", &json!(["x"])),
        query("intersects", "area", &json!([[]])),
        query("touches", "area", &json!([[[200, 0], [0, 0]]])),
        query("distanceLessThan", "spot", &json!([[[1, 2], -1, true]])),
        query("distanceLessThan", "spot", &json!([[[1, 2]]])),
        query("distanceLessThan", "spot", &json!([7])),
        query("startsWith", "spot", &json!(["1"])),
        query("orderAsc", "spot", &json!([])),
    ] {
        let refused = admin.refused(Method::GET, &list(ROWS, std::slice::from_ref(&bad)), &Value::Null).await;
        assert_eq!(refused, (400, "general_query_invalid".into()), "{bad}");
    }
}
