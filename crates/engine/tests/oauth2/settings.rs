//! Administrators set providers, and what is secret does not come back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, SUCCESS, begin, both};
use crate::harness::Running;

#[tokio::test]
async fn settings_are_set_a_few_at_a_time_and_secrets_are_not_read() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let all = admin.get("/project/oauth2").await;
    let total = all["total"].as_u64().expect("a number");
    assert_eq!(all["providers"].as_array().expect("a list").len() as u64, total, "all of them at once");
    let limit = r#"{"method":"limit","values":[2]}"#;
    let two =
        admin.request(Method::GET, "/project/oauth2").query(&[("queries[0]", limit), ("total", "false")]);
    let two: Value = two.send().await.expect("answered").json().await.expect("JSON");
    assert_eq!((two["providers"].as_array().expect("a list").len(), &two["total"]), (2, &json!(0)));

    let path = "/project/oauth2/github";
    assert_eq!(
        admin.get(path).await,
        json!({ "$id": "github", "enabled": false, "clientId": "", "clientSecret": "" })
    );
    let set = admin.ok(Method::PATCH, path, &json!({ "clientId": "Iv1" })).await;
    assert_eq!((&set["clientId"], &set["enabled"]), (&json!("Iv1"), &json!(false)));
    let refused = admin.refused(Method::PATCH, path, &json!({ "enabled": true })).await;
    assert_eq!(refused, (400, "general_argument_invalid".into()), "the secret is missing");
    // Whoever completes it and says nothing of it wants it on.
    let set =
        admin.ok(Method::PATCH, path, &json!({ "clientSecret": "very secret", "clientId": null })).await;
    assert_eq!(set, json!({ "$id": "github", "enabled": true, "clientId": "Iv1", "clientSecret": "" }));
    let off = admin.ok(Method::PATCH, path, &json!({ "enabled": false })).await;
    assert_eq!(off["enabled"], false);

    let apple = json!({ "serviceId": "org.example", "keyId": "K1", "teamId": "T1" });
    let set = admin.ok(Method::PATCH, "/project/oauth2/apple", &apple).await;
    assert_eq!((&set["keyId"], &set["teamId"], &set["p8File"]), (&json!(""), &json!(""), &json!("")));
    let no_key = json!({ "p8File": "-----BEGIN PRIVATE KEY-----bm8=-----END PRIVATE KEY-----" });
    assert_eq!(admin.refused(Method::PATCH, "/project/oauth2/apple", &no_key).await.0, 400);
    let keycloak = json!({ "endpoint": "https://id.example.org/" });
    assert_eq!(admin.refused(Method::PATCH, "/project/oauth2/keycloak", &keycloak).await.0, 400);
    let google = admin.get("/project/oauth2/google").await;
    assert_eq!((&google["prompt"], &google["nativeEnabled"]), (&json!(["consent"]), &json!(false)));
}

#[tokio::test]
async fn a_mistake_shows_to_who_makes_it() {
    let (engine, provider) = both().await;
    let admin = engine.admin();
    let path = "/project/oauth2/oidc";
    for (name, value) in [
        ("wellKnownURL", json!("http://id.example.org/doc")),
        ("wellKnownURL", json!("no address")),
        ("wellKnownURL", json!(7)),
        ("maxAge", json!(-1)),
        ("prompt", json!(["none", "login"])),
        ("clientId", json!("a\nb")),
        ("enabled", json!("yes")),
        ("color", json!("red")),
    ] {
        let refused = admin.refused(Method::PATCH, path, &json!({ name: value })).await;
        assert_eq!(refused, (400, "general_argument_invalid".into()), "{name}: {value}");
    }
    // There is no document at this address.
    let wrong = json!({ "wellKnownURL": format!("{}/nothing", provider.base), "enabled": true });
    assert_eq!(admin.refused(Method::PATCH, path, &wrong).await.0, 400);
    assert_eq!(admin.get(path).await["wellKnownURL"], provider.document(), "nothing was changed");
    for (method, path) in [(Method::GET, "/project/oauth2/etsy"), (Method::PATCH, "/project/oauth2/nobody")] {
        let refused = admin.refused(method, path, &json!({})).await;
        assert_eq!(refused, (501, "project_provider_unsupported".into()));
    }
}

#[tokio::test]
async fn only_a_key_with_the_scope_sets_providers() {
    let (engine, _) = both().await;
    let ada = engine.user("ada").await;
    let made = json!({ "name": "reader", "scopes": ["project.oauth2.read"] });
    let key = engine.admin().ok(Method::POST, "/project/keys", &made).await;
    let reader = engine.guest().with("x-appwrite-key", key["secret"].as_str().expect("a key"));
    assert_eq!(reader.get("/project/oauth2/oidc").await["clientSecret"], "");
    for caller in [ada, engine.guest(), reader] {
        let refused =
            caller.refused(Method::PATCH, "/project/oauth2/oidc", &json!({ "enabled": false })).await;
        assert_eq!(refused, (401, "general_unauthorized_scope".into()));
    }
}

#[tokio::test]
async fn a_provider_without_a_document_is_set_address_by_address() {
    let (engine, provider) = both().await;
    provider.is(super::ada());
    let settings = json!({
        "wellKnownURL": "",
        "authorizationURL": format!("{}/authorize", provider.base),
        "tokenURL": format!("{}/token", provider.base),
        "userInfoURL": format!("{}/me", provider.base),
        "enabled": true,
    });
    engine.admin().ok(Method::PATCH, "/project/oauth2/oidc", &settings).await;
    let mut browser = Browser::new();
    let there = browser.sent_to(&begin(&engine, "sessions", &[("success", SUCCESS)])).await;
    let back = browser.sent_to(&there).await;
    assert_eq!(browser.sent_to(&back).await.as_str(), SUCCESS);
    assert_eq!(browser.read(&engine.base, "/account").await["email"], "ada@example.org");
}
