//! Providers that fail, and a server that dies: what is not taken goes out later, and what was taken goes out once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{
    crowd,
    harness::Running,
    of,
    outside::{MailServer, Stand},
    send,
    sending::smtp,
    until,
};

#[tokio::test]
async fn what_a_provider_that_is_down_did_not_take_goes_out_when_it_is_up() {
    let engine = Running::start().await;
    let port = MailServer::down().await;
    smtp(&engine, port).await;
    engine.user("ada").await;
    let message = json!({ "messageId": "m", "subject": "Hi", "content": "there", "users": ["ada"] });
    send(&engine, "email", message).await;
    let admin = engine.admin();
    until(&engine, "m", "processing").await;
    let busy = admin.refused(Method::DELETE, "/messaging/messages/m", &Value::Null).await;
    assert_eq!(busy, of(400, "message_already_processing"));
    // Also over a restart.
    let engine = engine.restart().await;
    assert_eq!(engine.admin().get("/messaging/messages/m").await["status"], "processing");
    let server = MailServer::begin(port).await;
    engine.later(10_000);
    let sent = until(&engine, "m", "sent").await;
    assert_eq!((&sent["deliveredTotal"], server.mails().len()), (&json!(1), 1));
}

#[tokio::test]
async fn what_nobody_takes_for_hours_is_given_up() {
    let engine = Running::start().await;
    smtp(&engine, MailServer::down().await).await;
    engine.user("ada").await;
    send(
        &engine,
        "email",
        json!({ "messageId": "m", "subject": "Hi", "content": "there", "users": ["ada"] }),
    )
    .await;
    until(&engine, "m", "processing").await;
    engine.later(7 * 3_600_000);
    let failed = until(&engine, "m", "failed").await;
    assert_eq!((&failed["deliveredTotal"], &failed["deliveredAt"]), (&json!(0), &Value::Null));
    assert_eq!(failed["deliveryErrors"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_waits_for_a_provider_that_is_deleted_goes_to_another() {
    let down = Arc::new(AtomicBool::new(true));
    let is_down = down.clone();
    let stand = Stand::answering(move |asked| {
        let refused = is_down.load(Ordering::Relaxed) && asked.path == "/v3/mail/send";
        (if refused { 503 } else { 200 }, json!({}))
    })
    .await;
    let base = stand.url.clone();
    let engine = Running::with(move |config| config.messenger.providers = Some(base)).await;
    let admin = engine.admin();
    for (kind, id) in [("sendgrid", "first"), ("resend", "second")] {
        let new = json!({ "providerId": id, "name": id, "apiKey": "k", "fromEmail": "a@example.org", "enabled": true });
        admin.ok(Method::POST, &format!("/messaging/providers/{kind}"), &new).await;
    }
    engine.user("ada").await;
    send(
        &engine,
        "email",
        json!({ "messageId": "m", "subject": "Hi", "content": "there", "users": ["ada"] }),
    )
    .await;
    stand.until_asked(1).await;
    admin.ok(Method::DELETE, "/messaging/providers/first", &Value::Null).await;
    engine.later(5_000);
    until(&engine, "m", "sent").await;
    let paths: Vec<String> = stand.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths.last().map(String::as_str), Some("/emails"), "{paths:?}");
}

/// Two batches are to go out one after the other; while the first is on its way, the process dies.
#[test]
fn what_was_given_away_when_the_server_died_is_not_given_again() {
    let runtime = || Runtime::new().expect("a runtime");
    let world = runtime();
    let first_time = Arc::new(AtomicBool::new(true));
    let stand = world.block_on(Stand::answering(move |_| {
        (if first_time.swap(false, Ordering::Relaxed) { 0 } else { 200 }, json!({}))
    }));
    let first = runtime();
    let left = first.block_on(async {
        let base = stand.url.clone();
        let engine = Running::with(move |config| config.messenger.providers = Some(base)).await;
        let admin = engine.admin();
        let new = json!({ "providerId": "r", "name": "R", "apiKey": "k", "fromEmail": "a@example.org", "enabled": true });
        admin.ok(Method::POST, "/messaging/providers/resend", &new).await;
        crowd(&engine, 120).await;
        let message = json!({ "messageId": "m", "subject": "Hi", "content": "all", "users": ["crowd"] });
        send(&engine, "email", message).await;
        stand.until_asked(1).await;
        engine.left_over()
    });
    drop(first);
    runtime().block_on(async {
        let engine = Running::again(left).await;
        let failed = until(&engine, "m", "failed").await;
        assert_eq!(failed["deliveredTotal"], 20);
        let errors = failed["deliveryErrors"].as_array().expect("errors");
        assert_eq!(errors.len(), 100);
        let words = errors[0].as_str().expect("text");
        assert!(words.contains("may have arrived"), "{words}");
        let batches: Vec<usize> =
            stand.asked().iter().map(|asked| asked.json().as_array().map_or(1, Vec::len)).collect();
        assert_eq!(batches, [100, 20], "nobody is asked twice");
    });
}
