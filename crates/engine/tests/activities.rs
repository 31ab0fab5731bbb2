//! Who changed what is kept, for administrators only; rows of tables are not in it, nor what was refused.

mod harness;

use harness::Running;
use reqwest::Method;
use serde_json::{Value, json};

fn queries(list: &[Value]) -> String {
    let texts = list.iter().enumerate().map(|(at, query)| (format!("queries[{at}]"), query.to_string()));
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(texts).finish();
    format!("/activities/events?{text}")
}

#[tokio::test]
async fn each_change_names_who_did_it_to_what() {
    let engine = Running::start().await;
    let (ada, admin) = (engine.user("ada").await, engine.admin());
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    assert_eq!(ada.refused(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "C" })).await.0, 409);
    ada.ok(Method::PUT, "/teams/clinic", &json!({ "name": "Practice" })).await;
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "d", "name": "D" })).await;
    admin.ok(Method::POST, "/tablesdb/d/tables", &json!({ "tableId": "t", "name": "T" })).await;
    admin.ok(Method::POST, "/tablesdb/d/tables/t/rows", &json!({ "rowId": "r", "data": {} })).await;
    admin.get("/tablesdb/d").await;

    let log = admin.get("/activities/events").await;
    let entries = log["events"].as_array().expect("events");
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            ["actorType", "actorName", "event", "resource"].map(|key| entry[key].as_str().expect(key))
        })
        .collect();
    let expected = [
        ["key", "tests", "tablesdb.tables.create", "tablesdb/d/tables/t"],
        ["key", "tests", "tablesdb.create", "tablesdb/d"],
        ["user", "ada", "teams.update", "teams/clinic"],
        ["user", "ada", "teams.create", "teams/clinic"],
    ];
    assert_eq!(told[..4], expected);
    assert_eq!(
        told[4][..3],
        ["user", "ada", "account.sessions.email.create"],
        "signing in is told of who did it"
    );
    assert_eq!(told[5], ["key", "tests", "users.create", "users/ada"]);
    assert_eq!(log["total"], 6, "neither rows, nor reading, nor what was refused");
    let table = &entries[0];
    assert_eq!((&table["resourceParent"], &table["resourceType"]), (&json!("tablesdb/d"), &json!("tables")));
    assert_eq!(
        (&entries[2]["teamId"], &entries[2]["actorEmail"]),
        (&json!("clinic"), &json!("ada@example.org"))
    );

    let of_ada = json!({ "method": "equal", "attribute": "userId", "values": ["ada"] });
    let found = admin.get(&queries(&[of_ada.clone(), json!({ "method": "limit", "values": [1] })])).await;
    assert_eq!((&found["total"], &found["events"][0]["event"]), (&json!(3), &json!("teams.update")));
    // One text for all queries, as the SDKs make it.
    let one = url::form_urlencoded::byte_serialize(of_ada.to_string().as_bytes()).collect::<String>();
    assert_eq!(admin.get(&format!("/activities/events?queries={one}")).await["total"], 3);
    let id = entries[1]["$id"].as_str().expect("an id");
    assert_eq!(admin.get(&format!("/activities/events/{id}")).await["resource"], "tablesdb/d");
    assert_eq!(admin.refused(Method::GET, "/activities/events/none", &json!({})).await.0, 404);
    assert_eq!(ada.refused(Method::GET, "/activities/events", &json!({})).await.0, 401);
}

#[tokio::test]
async fn an_entry_outlives_who_made_it_and_goes_after_ninety_days() {
    let engine = Running::start().await;
    let (ada, admin) = (engine.user("ada").await, engine.admin());
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    admin.ok(Method::DELETE, "/users/ada", &Value::Null).await;
    let engine = engine.restart().await;
    let of_ada = queries(&[json!({ "method": "equal", "attribute": "actorId", "values": ["ada"] })]);
    assert_eq!(engine.admin().get(&of_ada).await["events"][0]["actorName"], "ada");
    engine.later(91 * 86_400_000);
    engine.admin().ok(Method::POST, "/tablesdb", &json!({ "databaseId": "d", "name": "D" })).await;
    assert_eq!(engine.admin().get("/activities/events").await["total"], 1);
}
