//! People come in, and stay who they are.

use reqwest::Method;
use serde_json::json;

use super::{Browser, FAILURE, Person, SUCCESS, ada, back, begin, both, both_with, error, go, parameter};

#[tokio::test]
async fn a_browser_goes_to_the_provider_and_comes_back_signed_in() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let page = go(&engine, &mut browser, "sessions").await;
    assert_eq!(page.as_str(), SUCCESS, "nothing secret is in the address");
    assert_eq!(browser.pending(), 0, "the cookie of the sign-in is gone");
    let account = browser.read(&engine.base, "/account").await;
    assert_eq!((&account["email"], &account["name"]), (&json!("ada@example.org"), &json!("Ada")));
    assert_eq!(account["emailVerification"], true);
    assert_eq!(account["targets"][0]["identifier"], "ada@example.org");
    let session = browser.read(&engine.base, "/account/sessions/current").await;
    assert_eq!((&session["provider"], &session["providerUid"]), (&json!("oidc"), &json!("ada")));
    assert_eq!(session["factors"], json!(["email", "oauth2"]));
    assert!(session["providerAccessToken"].as_str().expect("text").starts_with("access-"));
    assert!(session["providerRefreshToken"].as_str().expect("text").starts_with("refresh-"));
    assert_eq!(session["providerAccessTokenExpiry"], "2023-11-14T23:13:20.000+00:00");
    let asked = provider.asked();
    assert_eq!(asked["scope"], "openid profile email");
    assert_eq!(
        asked["redirect_uri"],
        format!("{}/account/sessions/oauth2/callback/oidc/telestack", engine.base)
    );
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["code_challenge"].len() == 43);

    // The same person from another browser is the same user.
    let mut other = Browser::new();
    go(&engine, &mut other, "sessions").await;
    assert_eq!(other.read(&engine.base, "/account").await["$id"], account["$id"]);
    let sessions = other.read(&engine.base, "/account/sessions").await;
    assert_eq!(sessions["total"], 2);
    let identities = other.read(&engine.base, "/account/identities").await;
    assert_eq!(identities["total"], 1, "one account there is one identity here");
}

#[tokio::test]
async fn a_program_gets_a_token_that_opens_one_session() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let page = go(&engine, &mut Browser::new(), "tokens").await;
    assert_eq!(parameter(&page, "a"), "b", "what was in the page's address stays");
    let body = json!({ "userId": parameter(&page, "userId"), "secret": parameter(&page, "secret") });
    let ada = engine.begin(Method::POST, "/account/sessions/token", &body).await;
    let session = ada.get("/account/sessions/current").await;
    assert_eq!((&session["provider"], &session["factors"]), (&json!("oauth2"), &json!(["email"])));
    assert_eq!(session["providerUid"], "ada");
    let again = engine.guest().refused(Method::POST, "/account/sessions/token", &body).await;
    assert_eq!(again, (401, "user_invalid_token".into()));
}

#[tokio::test]
async fn a_server_with_a_key_sends_a_browser_that_it_does_not_see() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let url = begin(&engine, "tokens", &[("success", SUCCESS)]);
    let path = url.as_str().strip_prefix(&engine.base).expect("of the engine").to_owned();
    let asked =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let answer = asked.get(url.clone()).header("x-appwrite-key", &engine.key).send().await.expect("answered");
    assert_eq!(answer.status(), 302);
    assert!(!answer.headers().contains_key("set-cookie"));
    let there = answer.headers()["location"].to_str().expect("text").parse().expect("a URL");
    let mut browser = Browser::new();
    let back = browser.sent_to(&there).await;
    let page = browser.sent_to(&back).await;
    assert!(parameter(&page, "secret").len() >= 64);
    let session = path.replace("tokens", "sessions");
    let refused = engine.admin().refused(Method::GET, &session, &json!(null)).await;
    assert_eq!(refused, (400, "general_argument_invalid".into()), "a session is for a browser that is here");
}

#[tokio::test]
async fn fresh_tokens_come_with_a_longer_session() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    let before = browser.read(&engine.base, "/account/sessions/current").await;
    engine.later(1_000_000);
    let after = browser.patch(&engine.base, "/account/sessions/current").await;
    assert_ne!(before["providerAccessToken"], after["providerAccessToken"]);
    assert_ne!(before["providerRefreshToken"], after["providerRefreshToken"]);
    assert_eq!(after["providerAccessTokenExpiry"], "2023-11-14T23:30:00.000+00:00");
    let identity = browser.read(&engine.base, "/account/identities").await["identities"][0].clone();
    assert_eq!(identity["providerAccessToken"], after["providerAccessToken"]);
    assert!(identity["providerIdToken"].as_str().expect("text").split('.').count() == 3);
}

#[tokio::test]
async fn a_client_that_is_known_by_its_password_only_gets_in() {
    let (engine, provider) = both().await;
    provider.takes_passwords_only();
    provider.is(ada());
    assert_eq!(go(&engine, &mut Browser::new(), "sessions").await.as_str(), SUCCESS);
}

#[tokio::test]
async fn an_address_is_as_verified_as_the_provider_says() {
    let (engine, provider) = both().await;
    provider.is(Person { verified: false, ..ada() });
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    assert_eq!(browser.read(&engine.base, "/account").await["emailVerification"], false);
    provider.is(Person { sub: "eve".into(), email: String::new(), ..ada() });
    assert_eq!(error(&go(&engine, &mut Browser::new(), "sessions").await), "user_unauthorized");
}

#[tokio::test]
async fn nobody_new_comes_in_where_sign_up_is_off() {
    let (engine, provider) = both_with(|config| config.sign_up = false).await;
    provider.is(ada());
    let page = go(&engine, &mut Browser::new(), "sessions").await;
    assert_eq!(error(&page), "user_auth_method_unsupported");
    assert_eq!(engine.admin().get("/users").await["total"], 0);
    // Whom an administrator made and who verified their address does.
    engine.user("ada").await;
    engine.admin().ok(Method::PATCH, "/users/ada/verification", &json!({ "emailVerification": true })).await;
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    assert_eq!(browser.read(&engine.base, "/account").await["$id"], "ada");
}

#[tokio::test]
async fn who_says_no_and_who_is_blocked_is_told_to_the_failures_page() {
    let (engine, provider) = both().await;
    provider.is(ada());
    provider.lies(super::provider::Lie::Denied);
    let page = go(&engine, &mut Browser::new(), "sessions").await;
    assert_eq!(error(&page), "user_oauth2_provider_error");
    assert!(parameter(&page, "error").contains("They said no"));
    provider.lies(super::provider::Lie::None);
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    let id = browser.read(&engine.base, "/account").await["$id"].as_str().expect("an id").to_owned();
    let status = format!("/users/{id}/status");
    engine.admin().ok(Method::PATCH, &status, &json!({ "status": false })).await;
    assert_eq!(error(&go(&engine, &mut Browser::new(), "sessions").await), "user_blocked");
}

#[tokio::test]
async fn a_browser_without_pages_is_told_what_happened() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let there = browser.sent_to(&begin(&engine, "sessions", &[])).await;
    let back = browser.sent_to(&there).await;
    let (status, policy, page) = browser.shown(&back).await;
    assert_eq!(status, 200);
    assert!(page.contains("<html lang=\"de\">") && page.contains("Sie sind angemeldet"), "{page}");
    assert!(policy.contains("default-src 'none'") && !page.contains("<script"), "{policy}");
    assert!(browser.is_signed_in(&engine.base).await);
    // The same way back a second time: a person is told, and a program reads it.
    let (status, _, page) = browser.shown(&back).await;
    assert_eq!(status, 400);
    assert!(page.contains("Sie sind nicht angemeldet") && page.contains("Begin anew"), "{page}");
    assert_eq!(browser.refused(&back).await, (400, "user_oauth2_bad_request".into()));
    // What the provider says is text and never markup.
    provider.lies(super::provider::Lie::Denied);
    let there = browser.sent_to(&begin(&engine, "sessions", &[])).await;
    let mut back = browser.sent_to(&there).await;
    let state = parameter(&back, "state");
    back.query_pairs_mut().clear().extend_pairs([("state", state.as_str()), ("error", "<b>no</b>")]);
    let (status, _, page) = browser.shown(&back).await;
    assert_eq!(status, 424);
    assert!(page.contains("&lt;b&gt;no") && !page.contains("<b>"), "{page}");
    // Nor is a provider that is not here told in JSON.
    let gone = begin(&engine, "sessions", &[]).as_str().replace("/oidc", "/nobody");
    let (status, ..) = browser.shown(&gone.parse().expect("a URL")).await;
    assert_eq!(status, 501);
    let refused = browser.refused(&begin(&engine, "tokens", &[("failure", FAILURE)])).await;
    assert_eq!(refused, (400, "general_argument_invalid".into()), "a token needs a page");
}

#[tokio::test]
async fn a_provider_may_post_people_back() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let back = back(&engine, &mut browser, "sessions").await;
    let mut page = back.clone();
    page.set_query(None);
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let form: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    // As a browser does it: without the cookie, with the origin of the provider's page.
    let posted = http.post(page.clone()).header("origin", "https://appleid.apple.com").form(&form);
    let answer = posted.send().await.expect("answered");
    assert_eq!(answer.status(), 303);
    let again = page.join(answer.headers()["location"].to_str().expect("text")).expect("a URL");
    assert_eq!(browser.sent_to(&again).await.as_str(), SUCCESS);
    assert!(browser.is_signed_in(&engine.base).await);
}

#[tokio::test]
async fn a_sign_in_goes_on_after_a_restart() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let back = back(&engine, &mut browser, "sessions").await;
    let engine = engine.restart().await;
    let mut moved = url::Url::parse(&engine.base).expect("a URL");
    moved.set_path(back.path());
    moved.set_query(back.query());
    assert_eq!(browser.sent_to(&moved).await.as_str(), SUCCESS);
}

#[tokio::test]
async fn programs_ask_for_more_scopes_and_administrators_for_a_fresh_proof() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let more = [("success", SUCCESS), ("scopes[0]", "calendar"), ("scopes[1]", "openid")];
    let there = browser.sent_to(&begin(&engine, "sessions", &more)).await;
    browser.sent_to(&there).await;
    assert_eq!(provider.asked()["scope"], "openid profile email calendar");
    let settings = json!({ "prompt": ["login", "consent"], "maxAge": 60 });
    engine.admin().ok(Method::PATCH, "/project/oauth2/oidc", &settings).await;
    let page = go(&engine, &mut browser, "sessions").await;
    assert_eq!(
        (provider.asked()["prompt"].as_str(), provider.asked()["max_age"].as_str()),
        ("login consent", "60")
    );
    assert_eq!(
        error(&page),
        "user_oauth2_token_invalid",
        "the token does not say when they showed who they are"
    );
}
