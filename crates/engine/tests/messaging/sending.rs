//! What arrives where.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::RsaKeyPair,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use url::Url;

use super::{
    address_of, crowd,
    harness::Running,
    outside::{MailServer, Stand},
    send, target, until,
};

/// A mail server as a provider.
pub async fn smtp(engine: &Running, port: u16) {
    let new = json!({
        "providerId": "post", "name": "Post", "host": "127.0.0.1", "port": port, "autoTLS": false,
        "fromName": "North", "fromEmail": "no-reply@example.org", "enabled": true,
    });
    let made = engine.admin().ok(Method::POST, "/messaging/providers/smtp", &new).await;
    assert_eq!(made["enabled"], true);
}

#[tokio::test]
async fn in_development_messages_lie_in_the_folder() {
    let engine = Running::start().await;
    engine.user("ada").await;
    target(&engine, "ada", "number", "sms", "+4930123456").await;
    target(&engine, "ada", "phone", "push", "device-1").await;
    send(
        &engine,
        "email",
        json!({ "messageId": "a", "subject": "S", "content": "<b>C</b>", "html": true, "users": ["ada"] }),
    )
    .await;
    let mail = engine.message("ada@example.org").await;
    assert_eq!((&mail["channel"], &mail["subject"]), (&json!("email"), &json!("S")));
    assert_eq!((&mail["html"], &mail["text"]), (&json!("<b>C</b>"), &json!("")));
    send(&engine, "sms", json!({ "messageId": "b", "content": "Hi", "users": ["ada"] })).await;
    assert_eq!(engine.message("+4930123456").await["text"], "Hi");
    let push = json!({ "messageId": "c", "title": "T", "body": "B", "data": { "a": 1 }, "users": ["ada"] });
    send(&engine, "push", push).await;
    let push = engine.message("device-1").await;
    assert_eq!(
        (&push["channel"], &push["subject"], &push["data"]),
        (&json!("push"), &json!("T"), &json!({ "a": 1 }))
    );
    for id in ["a", "b", "c"] {
        let sent = until(&engine, id, "sent").await;
        assert_eq!((&sent["deliveredTotal"], &sent["deliveryErrors"]), (&json!(1), &json!([])));
        assert!(sent["deliveredAt"].is_string());
    }
}

#[tokio::test]
async fn a_mail_reaches_everybody_once_with_copies_and_attachments() {
    let engine = Running::start().await;
    let server = MailServer::start().await;
    smtp(&engine, server.port).await;
    let admin = engine.admin();
    for user in ["ada", "ben", "cleo", "dora"] {
        engine.user(user).await;
    }
    let new = json!({ "topicId": "news", "name": "News" });
    admin.ok(Method::POST, "/messaging/topics", &new).await;
    let ada = address_of(&admin, "ada").await;
    let subscriber = json!({ "subscriberId": "s", "targetId": ada });
    admin.ok(Method::POST, "/messaging/topics/news/subscribers", &subscriber).await;
    admin.ok(Method::POST, "/storage/buckets", &json!({ "bucketId": "files", "name": "Files" })).await;
    let part = Part::bytes(b"%PDF-1.4 plan".to_vec()).file_name("plans/plan.pdf");
    let form = Form::new().text("fileId", "plan").part("file", part);
    let request = admin.request(Method::POST, "/storage/buckets/files/files").multipart(form);
    assert!(request.send().await.expect("answered").status().is_success());
    let (cleo, dora) = (address_of(&admin, "cleo").await, address_of(&admin, "dora").await);
    let message = json!({
        "messageId": "m", "subject": "Grüße", "content": "Hello", "users": ["ada", "ben"], "topics": ["news"],
        "targets": [ada], "cc": [cleo], "bcc": [dora, ada], "attachments": ["files:plan"],
    });
    send(&engine, "email", message).await;
    let sent = until(&engine, "m", "sent").await;
    assert_eq!(sent["deliveredTotal"], 2);
    assert_eq!(sent["data"]["attachments"], json!([{ "bucketId": "files", "fileId": "plan" }]));
    let named = admin.get("/messaging/messages/m/targets").await;
    assert_eq!((&named["total"], &named["targets"][0]["$id"]), (&json!(1), &json!(ada)));
    let mut everybody: Vec<String> = server.mails().into_iter().flat_map(|mail| mail.to).collect();
    everybody.sort();
    assert_eq!(everybody, ["ada@example.org", "ben@example.org", "cleo@example.org", "dora@example.org"]);
    for mail in server.mails() {
        assert!(mail.text.contains("plan.pdf") && mail.text.contains("From: North <no-reply@example.org>"));
        assert!(!mail.text.contains("dora@example.org"), "a blind copy is in no header");
        assert_eq!(mail.text.contains("Cc: cleo@example.org"), mail.to.len() == 3);
    }
}

#[tokio::test]
async fn a_recipient_who_is_refused_is_named_and_the_others_get_it() {
    let engine = Running::start().await;
    let server = MailServer::start().await;
    smtp(&engine, server.port).await;
    engine.user("ada").await;
    engine.user("refused").await;
    let message =
        json!({ "messageId": "m", "subject": "Hi", "content": "there", "users": ["ada", "refused"] });
    send(&engine, "email", message).await;
    let failed = until(&engine, "m", "failed").await;
    assert_eq!(failed["deliveredTotal"], 1);
    let error = failed["deliveryErrors"][0].as_str().expect("an error");
    assert!(error.starts_with("Failed sending to target refused@example.org with error:"), "{error}");
    assert!(error.contains("550"), "{error}");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_thousand_targets_get_one_each_in_few_requests() {
    let stand = Stand::start().await;
    let base = stand.url.clone();
    let engine = Running::with(move |config| config.messenger.providers = Some(base)).await;
    let admin = engine.admin();
    let new = json!({ "providerId": "r", "name": "R", "apiKey": "k", "fromEmail": "a@example.org", "enabled": true });
    admin.ok(Method::POST, "/messaging/providers/resend", &new).await;
    crowd(&engine, 1000).await;
    send(
        &engine,
        "email",
        json!({ "messageId": "m", "subject": "Hi", "content": "all", "users": ["crowd"] }),
    )
    .await;
    let sent = until(&engine, "m", "sent").await;
    assert_eq!(sent["deliveredTotal"], 1000);
    let asked = stand.asked();
    assert_eq!(asked.len(), 10);
    let mut to: Vec<String> = asked
        .iter()
        .flat_map(|asked| asked.json().as_array().expect("a list").clone())
        .map(|mail| {
            assert_eq!(mail["to"].as_array().map(Vec::len), Some(1));
            mail["to"][0].as_str().expect("an address").to_owned()
        })
        .collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 1000);
}

fn service_account() -> Value {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("DER");
    let text = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    json!({ "project_id": "shop", "client_email": "push@shop", "private_key": pem })
}

#[tokio::test]
async fn a_device_that_is_gone_is_marked_and_not_tried_again() {
    let stand = Stand::answering(|asked| match asked.path.as_str() {
        "/token" => (200, json!({ "access_token": "t", "expires_in": 3600 })),
        _ if asked.json()["message"]["token"] == "old" => {
            (404, json!({ "error": { "status": "NOT_FOUND" } }))
        }
        _ => (200, json!({ "name": "m" })),
    })
    .await;
    let base = stand.url.clone();
    let engine = Running::with(move |config| {
        config.messenger.providers = Some(base);
        config.accounts.public_url = Some(Url::parse("https://stack.example.org").expect("URL"));
    })
    .await;
    let admin = engine.admin();
    let new =
        json!({ "providerId": "g", "name": "G", "serviceAccountJSON": service_account(), "enabled": true });
    let made = admin.ok(Method::POST, "/messaging/providers/fcm", &new).await;
    assert_eq!((&made["enabled"], &made["credentials"]), (&json!(true), &json!({})));
    engine.user("ada").await;
    target(&engine, "ada", "old", "push", "old").await;
    target(&engine, "ada", "new", "push", "new").await;
    admin.ok(Method::POST, "/storage/buckets", &json!({ "bucketId": "files", "name": "Files" })).await;
    let png = STANDARD
        .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
        .expect("a picture");
    let form = Form::new().text("fileId", "dot").part("file", Part::bytes(png.clone()).file_name("dot.png"));
    let request = admin.request(Method::POST, "/storage/buckets/files/files").multipart(form);
    assert!(request.send().await.expect("answered").status().is_success());
    let message =
        json!({ "messageId": "m", "title": "Hi", "body": "there", "users": ["ada"], "image": "files:dot" });
    let made = send(&engine, "push", message).await;
    // Whoever has the address sees the picture, and nothing else.
    let url = Url::parse(made["data"]["image"]["url"].as_str().expect("an address")).expect("URL");
    assert_eq!(url.origin().ascii_serialization(), "https://stack.example.org");
    let path = format!("{}?{}", url.path().trim_start_matches("/v1"), url.query().expect("a token"));
    let picture = engine.guest().request(Method::GET, &path).send().await.expect("answered");
    assert_eq!(picture.bytes().await.expect("bytes"), png);
    let failed = until(&engine, "m", "failed").await;
    assert_eq!(failed["deliveredTotal"], 1);
    assert_eq!(
        failed["deliveryErrors"],
        json!(["Failed sending to target old with error: Expired device token"])
    );
    assert_eq!(admin.get("/users/ada/targets/old").await["expired"], true);
    assert_eq!(admin.get("/users/ada/targets/new").await["expired"], false);
    let before = stand.asked().len();
    send(&engine, "push", json!({ "messageId": "n", "title": "Hi", "users": ["ada"] })).await;
    assert_eq!(until(&engine, "n", "sent").await["deliveredTotal"], 1);
    assert_eq!(stand.asked().len(), before + 1);
}
