//! Who may do what, and what a message may be.

use reqwest::Method;
use serde_json::{Value, json};

use super::{harness::Running, of, send, target, until};

#[tokio::test]
async fn only_keys_with_the_scope_see_and_send_messages() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    for path in ["/messaging/messages", "/messaging/providers", "/messaging/topics"] {
        let refused = ada.refused(Method::GET, path, &Value::Null).await;
        assert_eq!(refused, of(401, "general_unauthorized_scope"), "{path}");
    }
    let message = json!({ "messageId": "m", "content": "Hi", "users": ["ada"] });
    assert_eq!(ada.refused(Method::POST, "/messaging/messages/sms", &message).await.0, 401);
    assert_eq!(engine.guest().refused(Method::POST, "/messaging/messages/sms", &message).await.0, 401);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_not_kept() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    target(&engine, "ada", "number", "sms", "+4930123456").await;
    let mail = |more: Value| {
        let mut whole = json!({ "messageId": "m", "subject": "Hi", "content": "there", "users": ["ada"] });
        whole.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        whole
    };
    for (more, expected) in [
        (json!({ "users": [] }), of(400, "message_missing_target")),
        (json!({ "targets": ["number"] }), of(400, "message_target_not_email")),
        (json!({ "cc": ["nobody"] }), of(400, "message_target_not_email")),
        (json!({ "attachments": ["files:none"] }), of(404, "storage_file_not_found")),
        (json!({ "subject": "" }), of(400, "general_argument_invalid")),
        (json!({ "scheduledAt": "2001-01-01T00:00:00.000Z" }), of(400, "general_argument_invalid")),
        (json!({ "messageId": "sms" }), of(400, "general_argument_invalid")),
    ] {
        let refused = admin.refused(Method::POST, "/messaging/messages/email", &mail(more.clone())).await;
        assert_eq!(refused, expected, "{more}");
    }
    assert_eq!(admin.get("/messaging/messages").await["total"], 0);
    let nobody =
        send(&engine, "sms", json!({ "messageId": "n", "content": "Hi", "users": ["nobody"] })).await;
    assert_eq!(nobody["status"], "processing");
    let failed = until(&engine, "n", "failed").await;
    assert_eq!(failed["deliveryErrors"], json!(["No valid recipients found."]));
    // One that is made, and not enabled, is not gone around.
    let new = json!({ "providerId": "t", "name": "T" });
    admin.ok(Method::POST, "/messaging/providers/twilio", &new).await;
    send(&engine, "sms", json!({ "messageId": "o", "content": "Hi", "users": ["ada"] })).await;
    let failed = until(&engine, "o", "failed").await;
    assert_eq!(failed["deliveryErrors"], json!(["No enabled provider found."]));
    let again = json!({ "messageId": "o", "content": "Hi", "users": ["ada"] });
    let refused = admin.refused(Method::POST, "/messaging/messages/sms", &again).await;
    assert_eq!(refused, of(409, "message_already_exists"));
}
