//! Topics, and who subscribes to them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{address_of, harness::Running, of, target};

const NEWS: &str = "/messaging/topics/news";
const SUBSCRIBERS: &str = "/messaging/topics/news/subscribers";

async fn news(engine: &Running, subscribe: &[&str]) {
    let new = json!({ "topicId": "news", "name": "News", "subscribe": subscribe });
    engine.admin().ok(Method::POST, "/messaging/topics", &new).await;
}

#[tokio::test]
async fn people_subscribe_their_own_targets_where_a_topic_lets_them() {
    let engine = Running::start().await;
    let (ada, ben, admin) = (engine.user("ada").await, engine.user("ben").await, engine.admin());
    news(&engine, &["label:reader"]).await;
    let of_ada = address_of(&admin, "ada").await;
    let mine = json!({ "subscriberId": "s1", "targetId": of_ada });
    assert_eq!(ada.refused(Method::POST, SUBSCRIBERS, &mine).await, of(401, "user_unauthorized"));
    assert_eq!(engine.guest().refused(Method::POST, SUBSCRIBERS, &mine).await.0, 401);
    for user in ["ada", "ben"] {
        let labels = json!({ "labels": ["reader"] });
        admin.ok(Method::PUT, &format!("/users/{user}/labels"), &labels).await;
    }
    assert_eq!(ben.refused(Method::POST, SUBSCRIBERS, &mine).await, of(404, "user_target_not_found"));
    let subscriber = ada.ok(Method::POST, SUBSCRIBERS, &mine).await;
    assert_eq!((&subscriber["userName"], &subscriber["providerType"]), (&json!("ada"), &json!("email")));
    assert_eq!(subscriber["target"]["identifier"], "ada@example.org");
    let twice = json!({ "subscriberId": "s2", "targetId": of_ada });
    assert_eq!(ada.refused(Method::POST, SUBSCRIBERS, &twice).await, of(409, "subscriber_already_exists"));
    assert_eq!(ada.refused(Method::GET, SUBSCRIBERS, &Value::Null).await.0, 401, "the list is for keys");
    let path = format!("{SUBSCRIBERS}/s1");
    assert_eq!(admin.get(&path).await["userId"], "ada");
    assert_eq!(ben.refused(Method::DELETE, &path, &Value::Null).await, of(404, "subscriber_not_found"));
    ada.ok(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(admin.get(SUBSCRIBERS).await["total"], 0);
    let nowhere = "/messaging/topics/none/subscribers";
    assert_eq!(ada.refused(Method::POST, nowhere, &mine).await, of(404, "topic_not_found"));
}

#[tokio::test]
async fn subscribers_are_counted_by_channel_and_go_with_their_targets() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    news(&engine, &["users"]).await;
    target(&engine, "ada", "number", "sms", "+4930123456").await;
    target(&engine, "ada", "phone", "push", "device-1").await;
    let address = address_of(&admin, "ada").await;
    for (id, target) in [("a", address.as_str()), ("b", "number"), ("c", "phone")] {
        admin.ok(Method::POST, SUBSCRIBERS, &json!({ "subscriberId": id, "targetId": target })).await;
    }
    let totals = |topic: &Value| {
        ["emailTotal", "smsTotal", "pushTotal"].map(|name| topic[name].as_i64().expect("a number"))
    };
    assert_eq!(totals(&admin.get(NEWS).await), [1, 1, 1]);
    let found = admin.get(&format!("{SUBSCRIBERS}?search=number")).await;
    assert_eq!((&found["total"], &found["subscribers"][0]["$id"]), (&json!(1), &json!("b")));
    admin.ok(Method::DELETE, "/users/ada/targets/phone", &Value::Null).await;
    assert_eq!(totals(&admin.get(NEWS).await), [1, 1, 0]);
    let query = json!({ "method": "greaterThan", "attribute": "smsTotal", "values": [0] }).to_string();
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("queries[0]", &query).finish();
    assert_eq!(admin.get(&format!("/messaging/topics?{query}")).await["total"], 1);
    admin.ok(Method::DELETE, "/users/ada", &Value::Null).await;
    assert_eq!(totals(&admin.get(NEWS).await), [0, 0, 0]);
    let renamed = admin.ok(Method::PATCH, NEWS, &json!({ "name": "Old news" })).await;
    assert_eq!((&renamed["name"], &renamed["subscribe"]), (&json!("Old news"), &json!(["users"])));
    assert_eq!(admin.refused(Method::PATCH, NEWS, &json!({ "subscribe": ["everybody"] })).await.0, 400);
    admin.ok(Method::DELETE, NEWS, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, NEWS, &Value::Null).await, of(404, "topic_not_found"));
}
