//! Making, changing and reading providers.

use reqwest::Method;
use serde_json::{Value, json};

use super::{harness::Running, of};

const PROVIDERS: &str = "/messaging/providers";

#[tokio::test]
async fn a_provider_is_enabled_when_it_has_what_it_needs_and_tells_no_secret() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let new = json!({ "providerId": "mg", "name": "Letters", "apiKey": "very secret", "enabled": true });
    let made = admin.ok(Method::POST, &format!("{PROVIDERS}/mailgun"), &new).await;
    assert_eq!((&made["enabled"], &made["type"]), (&json!(false), &json!("email")));
    assert_eq!(
        (&made["provider"], &made["credentials"]),
        (&json!("mailgun"), &json!({ "isEuRegion": false }))
    );
    let path = format!("{PROVIDERS}/mailgun/mg");
    let enabled = admin.refused(Method::PATCH, &path, &json!({ "enabled": true })).await;
    assert_eq!(enabled, of(400, "provider_missing_credentials"));
    let rest = json!({ "domain": "mg.example.org", "fromEmail": "no-reply@example.org", "enabled": true });
    let whole = admin.ok(Method::PATCH, &path, &rest).await;
    assert_eq!(whole["enabled"], true);
    assert_eq!(whole["options"], json!({ "fromEmail": "no-reply@example.org" }));
    let read = admin.get(&format!("{PROVIDERS}/mg")).await;
    assert_eq!(read, whole);
    assert!(!read.to_string().contains("very secret"));
    assert_eq!(
        admin.refused(Method::PATCH, &format!("{PROVIDERS}/smtp/mg"), &json!({ "name": "x" })).await,
        of(400, "provider_incorrect_type")
    );
    let again = admin.refused(Method::POST, &format!("{PROVIDERS}/mailgun"), &new).await;
    assert_eq!(again, of(409, "provider_already_exists"));
    for bad in [
        json!({ "providerId": "x" }),
        json!({ "providerId": "../x", "name": "x" }),
        json!({ "providerId": "smtp", "name": "x" }),
        json!({ "providerId": "x", "name": "x", "fromEmail": "nobody" }),
        json!({ "providerId": "x", "name": "x", "isEuRegion": "yes" }),
        json!({ "providerId": "x", "name": "x", "enabled": 1 }),
    ] {
        assert_eq!(admin.refused(Method::POST, &format!("{PROVIDERS}/mailgun"), &bad).await.0, 400, "{bad}");
    }
    // Nothing secret lies open on the disk.
    let folder = engine.folder.as_ref().expect("folder").path();
    for file in ["engine.sqlite", "engine.sqlite-wal"] {
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"very secret"), "{file}");
    }
}

#[tokio::test]
async fn providers_of_every_kind_are_kept_found_and_deleted() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let kinds = [
        ("smtp", json!({ "host": "mail.internal", "fromEmail": "a@example.org" })),
        ("mailgun", json!({ "apiKey": "k", "domain": "example.org", "fromEmail": "a@example.org" })),
        ("sendgrid", json!({ "apiKey": "k", "fromEmail": "a@example.org" })),
        ("resend", json!({ "apiKey": "k", "fromEmail": "a@example.org" })),
        (
            "ses",
            json!({ "accessKey": "a", "secretKey": "s", "region": "eu-central-1", "fromEmail": "a@example.org" }),
        ),
        ("twilio", json!({ "accountSid": "AC1", "authToken": "t", "from": "+1555" })),
        ("vonage", json!({ "apiKey": "k", "apiSecret": "s", "from": "+1555" })),
        ("msg91", json!({ "templateId": "t", "senderId": "s", "authKey": "k" })),
        ("telesign", json!({ "customerId": "c", "apiKey": "k" })),
        ("textmagic", json!({ "username": "u", "apiKey": "k", "from": "+1555" })),
    ];
    for (kind, said) in kinds {
        let mut new =
            json!({ "providerId": format!("my-{kind}"), "name": format!("My {kind}"), "enabled": true });
        new.as_object_mut().expect("object").extend(said.as_object().expect("object").clone());
        let made = admin.ok(Method::POST, &format!("{PROVIDERS}/{kind}"), &new).await;
        assert_eq!((&made["provider"], &made["enabled"]), (&json!(kind), &json!(true)), "{made}");
    }
    for kind in ["fcm", "apns"] {
        let new =
            json!({ "providerId": format!("my-{kind}"), "name": "Push", "enabled": true, "authKey": "none" });
        let made = admin.ok(Method::POST, &format!("{PROVIDERS}/{kind}"), &new).await;
        assert_eq!((&made["type"], &made["enabled"]), (&json!("push"), &json!(false)));
    }
    assert_eq!(admin.get(PROVIDERS).await["total"], 12);
    assert_eq!(admin.get(&format!("{PROVIDERS}?search=my-sms")).await["total"], 0);
    assert_eq!(
        admin.get(&format!("{PROVIDERS}?search=sendgrid")).await["providers"][0]["$id"],
        "my-sendgrid"
    );
    let queries = json!({ "method": "equal", "attribute": "type", "values": ["sms"] }).to_string();
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("queries[0]", &queries).finish();
    assert_eq!(admin.get(&format!("{PROVIDERS}?{query}")).await["total"], 5);
    admin.ok(Method::DELETE, &format!("{PROVIDERS}/my-smtp"), &Value::Null).await;
    let gone = admin.refused(Method::GET, &format!("{PROVIDERS}/my-smtp"), &Value::Null).await;
    assert_eq!(gone, of(404, "provider_not_found"));
}
