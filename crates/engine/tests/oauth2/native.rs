//! Programs that get an ID token by themselves.

use reqwest::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Person, Provider, ada, both, provider};
use crate::harness::Running;

const PATH: &str = "/account/sessions/id-token";

async fn turned_on() -> (Running, Provider) {
    let (engine, provider) = both().await;
    let settings = json!({ "nativeEnabled": true, "nativeClientIds": ["the app"] });
    engine.admin().ok(Method::PATCH, "/project/oauth2/oidc", &settings).await;
    (engine, provider)
}

#[tokio::test]
async fn a_token_of_the_app_opens_a_session() {
    let (engine, provider) = turned_on().await;
    let hashed = hex::encode(Sha256::digest("raw"));
    let body = json!({
        "provider": "oidc",
        "idToken": provider.id_token(&ada(), "the app", &hashed),
        "nonce": "raw",
        "accessToken": "theirs",
        "accessTokenExpiry": 60,
        "name": "Ada",
    });
    // Without an address there is nobody yet whom it could be.
    let refused = engine.guest().refused(Method::POST, PATH, &body).await;
    assert_eq!(refused, (401, "user_unauthorized".into()));
    let ben = engine.user("ben").await;
    let session = ben.ok(Method::POST, PATH, &body).await;
    assert_eq!((&session["userId"], &session["provider"]), (&json!("ben"), &json!("oidc")));
    assert_eq!((&session["providerUid"], &session["providerAccessToken"]), (&json!("ada"), &json!("theirs")));
    // Linked once, the token is enough.
    let ben = engine.begin(Method::POST, PATH, &body).await;
    assert_eq!(ben.get("/account").await["$id"], "ben");
    let long = json!({ "provider": "oidc", "idToken": "x".repeat(9000) });
    assert_eq!(engine.guest().refused(Method::POST, PATH, &long).await.0, 400);
}

#[tokio::test]
async fn a_token_for_others_or_from_elsewhere_opens_nothing() {
    let (engine, provider) = turned_on().await;
    let token = |audience: &str, nonce: &str| provider.id_token(&ada(), audience, nonce);
    let other = Person { sub: String::new(), ..ada() };
    for (token, nonce) in [
        (token("another app", ""), ""),
        (token("the app", "raw"), ""),
        (token("the app", "raw"), "other"),
        (provider.id_token(&other, provider::CLIENT, ""), ""),
        ("a.b.c".into(), ""),
        (String::new(), ""),
    ] {
        let body = json!({ "provider": "oidc", "idToken": token, "nonce": nonce });
        let refused = engine.guest().refused(Method::POST, PATH, &body).await;
        assert_eq!(refused, (401, "user_oauth2_token_invalid".into()), "{nonce}");
    }
    let body = json!({ "provider": "oidc", "idToken": token("the app", "") });
    engine.later(361_000);
    let refused = engine.guest().refused(Method::POST, PATH, &body).await;
    assert_eq!(refused, (401, "user_oauth2_token_invalid".into()), "too old");
}

#[tokio::test]
async fn native_sign_in_is_turned_on_by_itself() {
    let (engine, provider) = both().await;
    let body = json!({ "provider": "oidc", "idToken": provider.id_token(&ada(), provider::CLIENT, "") });
    let refused = engine.guest().refused(Method::POST, PATH, &body).await;
    assert_eq!(refused, (412, "project_provider_disabled".into()));
    for name in ["github", "nobody"] {
        let body = json!({ "provider": name, "idToken": "x" });
        let refused = engine.guest().refused(Method::POST, PATH, &body).await;
        assert_eq!(refused, (501, "project_provider_unsupported".into()));
    }
    let google = json!({ "nativeEnabled": true });
    let refused = engine.admin().refused(Method::PATCH, "/project/oauth2/google", &google).await;
    assert_eq!(refused, (400, "general_argument_invalid".into()), "no client is known");
}
