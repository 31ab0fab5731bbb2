//! Accounts elsewhere and users here: linked, kept apart, taken away.

use reqwest::Method;
use serde_json::json;

use super::{Browser, Person, SUCCESS, ada, back, both, error, go};
use crate::harness::{PASSWORD, Running};

/// A browser in which `id` is signed in with a password.
async fn signed_in(engine: &Running, browser: &mut Browser, id: &str) {
    let body = json!({ "email": format!("{id}@example.org"), "password": PASSWORD });
    let answer = engine.guest().call(Method::POST, "/account/sessions/email", &body).await;
    assert_eq!(answer.status(), 201);
    browser.take(&answer);
}

#[tokio::test]
async fn an_account_is_linked_to_whoever_is_signed_in_and_unlinked() {
    let (engine, provider) = both().await;
    engine.user("ben").await;
    provider.is(Person { sub: "ben-there".into(), email: "ben@elsewhere.example.org".into(), ..ada() });
    let mut browser = Browser::new();
    signed_in(&engine, &mut browser, "ben").await;
    let before = browser.read(&engine.base, "/account/sessions/current").await;
    assert_eq!(go(&engine, &mut browser, "sessions").await.as_str(), SUCCESS);
    let account = browser.read(&engine.base, "/account").await;
    assert_eq!((&account["$id"], &account["email"]), (&json!("ben"), &json!("ben@example.org")));
    assert_eq!(account["name"], "ben", "what somebody has of their own stays");
    let sessions = browser.read(&engine.base, "/account/sessions").await;
    let ids: Vec<_> =
        sessions["sessions"].as_array().expect("a list").iter().map(|one| &one["$id"]).collect();
    assert!(!ids.contains(&&before["$id"]), "the new session took the place of the one before");

    let identity = browser.read(&engine.base, "/account/identities").await["identities"][0].clone();
    assert_eq!(identity["providerEmail"], "ben@elsewhere.example.org");
    let seen = engine.admin().get("/users/identities?search=elsewhere").await;
    assert_eq!((&seen["total"], &seen["identities"][0]["userId"]), (&json!(1), &json!("ben")));
    let query = r#"{"method":"equal","attribute":"provider","values":["google"]}"#;
    let none = engine.admin().request(Method::GET, "/users/identities").query(&[("queries[0]", query)]);
    let none: serde_json::Value = none.send().await.expect("answered").json().await.expect("JSON");
    assert_eq!(none["total"], 0);

    let one = format!("/account/identities/{}", identity["$id"].as_str().expect("an id"));
    let eve = engine.user("eve").await;
    let refused = eve.refused(Method::DELETE, &one, &json!({})).await;
    assert_eq!(refused, (404, "user_identity_not_found".into()), "another's is not there");
    let ben = engine.sign_in("ben@example.org").await;
    ben.ok(Method::DELETE, &one, &json!({})).await;
    assert_eq!(ben.get("/account/identities").await["total"], 0);
    assert!(browser.is_signed_in(&engine.base).await);
    let session = browser.read(&engine.base, "/account/sessions/current").await;
    assert_eq!(session["providerAccessToken"], "", "the provider's tokens are gone with it");
    // Who comes with it now is somebody new.
    let mut new = Browser::new();
    go(&engine, &mut new, "sessions").await;
    assert_ne!(new.read(&engine.base, "/account").await["$id"], "ben");
}

#[tokio::test]
async fn an_account_or_an_address_of_somebody_else_is_not_linked() {
    let (engine, provider) = both().await;
    provider.is(ada());
    go(&engine, &mut Browser::new(), "sessions").await;
    engine.user("ben").await;
    let mut browser = Browser::new();
    signed_in(&engine, &mut browser, "ben").await;
    for person in [ada(), Person { sub: "another".into(), ..ada() }] {
        provider.is(person);
        for kind in ["sessions", "tokens"] {
            assert_eq!(error(&go(&engine, &mut browser, kind).await), "user_already_exists");
        }
    }
    assert_eq!(browser.read(&engine.base, "/account/identities").await["total"], 0);
    assert_eq!(browser.read(&engine.base, "/account").await["$id"], "ben", "and stays signed in");
}

#[tokio::test]
async fn a_token_links_and_leaves_the_session() {
    let (engine, provider) = both().await;
    engine.user("ben").await;
    provider.is(Person { sub: "ben-there".into(), email: "b@elsewhere.example.org".into(), ..ada() });
    let mut browser = Browser::new();
    signed_in(&engine, &mut browser, "ben").await;
    let page = go(&engine, &mut browser, "tokens").await;
    assert_eq!(super::parameter(&page, "userId"), "ben");
    assert_eq!(browser.read(&engine.base, "/account/sessions/current").await["provider"], "email");
    assert_eq!(browser.read(&engine.base, "/account/identities").await["total"], 1);
}

#[tokio::test]
async fn a_verified_address_on_both_sides_opens_the_account_that_is_there() {
    let (engine, provider) = both().await;
    engine.user("ada").await;
    for (here, there) in [(false, false), (false, true), (true, false)] {
        engine
            .admin()
            .ok(Method::PATCH, "/users/ada/verification", &json!({ "emailVerification": here }))
            .await;
        provider.is(Person { verified: there, ..ada() });
        let page = go(&engine, &mut Browser::new(), "sessions").await;
        assert_eq!(error(&page), "general_bad_request", "here {here}, there {there}");
    }
    engine.admin().ok(Method::PATCH, "/users/ada/verification", &json!({ "emailVerification": true })).await;
    provider.is(ada());
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    assert_eq!(browser.read(&engine.base, "/account").await["$id"], "ada");
    // Once linked it is the account there that counts, whatever becomes of addresses.
    provider.is(Person { email: "new@example.org".into(), verified: false, ..ada() });
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    assert_eq!(browser.read(&engine.base, "/account").await["$id"], "ada");
}

#[tokio::test]
async fn an_unverified_address_of_a_link_opens_nothing() {
    let (engine, provider) = both().await;
    engine.user("eve").await;
    let mut eve = Browser::new();
    signed_in(&engine, &mut eve, "eve").await;
    // Eve links an account that says it is Ada's, and the provider does not know.
    provider.is(Person { sub: "eve-there".into(), verified: false, ..ada() });
    go(&engine, &mut eve, "sessions").await;
    provider.is(ada());
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    assert_ne!(browser.read(&engine.base, "/account").await["$id"], "eve");
}

#[tokio::test]
async fn an_anonymous_account_becomes_somebodys() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let answer = engine.guest().call(Method::POST, "/account/sessions/anonymous", &json!({})).await;
    browser.take(&answer);
    let before = browser.read(&engine.base, "/account").await;
    go(&engine, &mut browser, "sessions").await;
    let after = browser.read(&engine.base, "/account").await;
    assert_eq!(after["$id"], before["$id"]);
    assert_eq!((&after["email"], &after["name"]), (&json!("ada@example.org"), &json!("Ada")));
    assert_eq!(after["emailVerification"], true);
}

#[tokio::test]
async fn who_signs_out_meanwhile_is_not_linked() {
    let (engine, provider) = both().await;
    engine.user("ben").await;
    provider.is(ada());
    let mut browser = Browser::new();
    signed_in(&engine, &mut browser, "ben").await;
    let back = back(&engine, &mut browser, "sessions").await;
    engine.admin().ok(Method::DELETE, "/users/ben/sessions", &json!({})).await;
    assert_eq!(error(&browser.sent_to(&back).await), "user_session_not_found");
    assert_eq!(engine.admin().get("/users/identities").await["total"], 0);
}
