//! Variables, and those that are never read again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{harness::Running, of, query};

#[tokio::test]
async fn a_secret_variable_is_never_read_again() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let all = "/project/variables";
    let open = json!({ "variableId": "open", "key": "REGION", "value": "north", "secret": false });
    assert_eq!(admin.ok(Method::POST, all, &open).await["value"], "north");
    let secret = json!({ "variableId": "secret", "key": "TOKEN", "value": "open sesame" });
    let made = admin.ok(Method::POST, all, &secret).await;
    assert_eq!((&made["value"], &made["secret"]), (&json!(""), &json!(true)));
    let one = "/project/variables/secret";
    for body in [json!({ "secret": false }), json!({ "secret": false, "value": "other" })] {
        assert_eq!(admin.refused(Method::PUT, one, &body).await, of(400, "variable_cannot_unset_secret"));
    }
    admin.ok(Method::PUT, one, &json!({ "key": "KEY" })).await;
    let listed = admin
        .get(&format!(
            "{all}?queries[0]={}",
            query(r#"{"method":"equal","attribute":"key","values":["KEY"]}"#)
        ))
        .await;
    assert_eq!((&listed["total"], &listed["variables"][0]["value"]), (&json!(1), &json!("")));
    let sealed = admin.ok(Method::PUT, "/project/variables/open", &json!({ "secret": true })).await;
    assert_eq!(sealed["value"], "");
    let taken = json!({ "variableId": "third", "key": "KEY", "value": "x" });
    assert_eq!(admin.refused(Method::POST, all, &taken).await, of(409, "variable_already_exists"));
    admin.ok(Method::DELETE, one, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, one, &Value::Null).await, of(404, "variable_not_found"));
}
