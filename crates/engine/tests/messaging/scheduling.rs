//! What waits for its time, and what can be changed until then.

use reqwest::Method;
use serde_json::{Value, json};

use super::{harness::Running, of, outside::MailServer, send, sending::smtp, until};

const EMAIL: &str = "/messaging/messages/email";
/// A minute after the clock of the tests begins.
const SOON: &str = "2023-11-14T22:14:20.000+00:00";

#[tokio::test]
async fn a_scheduled_message_goes_out_in_its_time_over_a_restart() {
    let engine = Running::start().await;
    let server = MailServer::start().await;
    smtp(&engine, server.port).await;
    engine.user("ada").await;
    let message = |id: &str| json!({ "messageId": id, "subject": id, "content": "Hi", "users": ["ada"], "scheduledAt": SOON });
    let made = send(&engine, "email", message("m")).await;
    assert_eq!((&made["status"], &made["scheduledAt"]), (&json!("scheduled"), &json!(SOON)));
    send(&engine, "email", message("late")).await;
    engine.later(59_000);
    let engine = engine.restart().await;
    let admin = engine.admin();
    assert_eq!(admin.get("/messaging/messages/m").await["status"], "scheduled");
    assert!(server.mails().is_empty());
    let later = json!({ "scheduledAt": "2023-11-14T23:00:00.000+00:00" });
    admin.ok(Method::PATCH, &format!("{EMAIL}/late"), &later).await;
    engine.later(1_000);
    let begun = std::time::Instant::now();
    until(&engine, "m", "sent").await;
    assert!(begun.elapsed().as_secs() < 5, "due messages go out at once");
    assert_eq!(server.mails().len(), 1);
    assert_eq!(admin.get("/messaging/messages/late").await["status"], "scheduled");
    // A server that is off while the time comes sends when it is on again.
    engine.later(3_600_000);
    let engine = engine.restart().await;
    until(&engine, "late", "sent").await;
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn a_draft_is_changed_until_it_is_sent_and_nothing_after() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    let path = format!("{EMAIL}/m");
    let draft = json!({ "messageId": "m", "subject": "Hi", "content": "there", "draft": true });
    assert_eq!(send(&engine, "email", draft).await["status"], "draft");
    let other = admin.refused(Method::PATCH, "/messaging/messages/sms/m", &json!({ "content": "x" })).await;
    assert_eq!(other, of(404, "message_not_found"));
    let undirected = admin.refused(Method::PATCH, &path, &json!({ "draft": false })).await;
    assert_eq!(undirected, of(400, "message_missing_target"));
    let changed = admin.ok(Method::PATCH, &path, &json!({ "subject": "Hello", "users": ["ada"] })).await;
    assert_eq!((&changed["status"], &changed["data"]["subject"]), (&json!("draft"), &json!("Hello")));
    assert_eq!(changed["data"]["content"], "there");
    admin.ok(Method::PATCH, &path, &json!({ "draft": false })).await;
    until(&engine, "m", "sent").await;
    assert_eq!(engine.message("ada@example.org").await["subject"], "Hello");
    let late = admin.refused(Method::PATCH, &path, &json!({ "subject": "x" })).await;
    assert_eq!(late, of(400, "message_already_sent"));
    admin.ok(Method::DELETE, "/messaging/messages/m", &Value::Null).await;
    let gone = admin.refused(Method::GET, "/messaging/messages/m", &Value::Null).await;
    assert_eq!(gone, of(404, "message_not_found"));
}

#[tokio::test]
async fn what_is_deleted_before_its_time_is_never_sent() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    let message = |id: &str, at: &str| json!({ "messageId": id, "subject": id, "content": "Hi", "users": ["ada"], "scheduledAt": at });
    send(&engine, "email", message("no", SOON)).await;
    send(&engine, "email", message("yes", SOON)).await;
    admin.ok(Method::DELETE, "/messaging/messages/no", &Value::Null).await;
    engine.later(60_000);
    until(&engine, "yes", "sent").await;
    assert_eq!(engine.message("ada@example.org").await["subject"], "yes");
    assert!(engine.take_message("ada@example.org").is_none());
    let queries = json!({ "method": "equal", "attribute": "status", "values": ["sent"] }).to_string();
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("queries[0]", &queries).finish();
    let found = admin.get(&format!("/messaging/messages?{query}")).await;
    assert_eq!((&found["total"], &found["messages"][0]["$id"]), (&json!(1), &json!("yes")));
    assert_eq!(admin.get("/messaging/messages?search=yes").await["total"], 1);
}
