//! What must not work.

use reqwest::Method;
use serde_json::json;
use url::Url;

use super::{Browser, FAILURE, SUCCESS, ada, back, begin, both, error, go, provider::Lie};

fn bad() -> (u16, String) {
    (400, "user_oauth2_bad_request".to_owned())
}

#[tokio::test]
async fn nobody_else_comes_back_for_the_browser_that_began() {
    let (engine, provider) = both().await;
    provider.is(ada());
    // Somebody sends their own way back to another, who would be signed in as them.
    let mut mallory = Browser::new();
    let back = back(&engine, &mut mallory, "sessions").await;
    let mut victim = Browser::new();
    assert_eq!(victim.refused(&back).await, bad());
    assert!(!victim.is_signed_in(&engine.base).await);
    // The victim's own sign-in, under way in another window, does not open it either.
    let mut busy = Browser::new();
    let stolen = super::back(&engine, &mut mallory, "sessions").await;
    super::back(&engine, &mut busy, "sessions").await;
    assert_eq!(busy.refused(&stolen).await, bad());
    // What was shown to a stranger is used up.
    assert_eq!(mallory.refused(&stolen).await, bad());
}

#[tokio::test]
async fn a_state_works_once_for_ten_minutes_and_for_its_provider() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let first = back(&engine, &mut browser, "sessions").await;
    let cookies = browser.cookies_for(&first);
    assert_eq!(browser.sent_to(&first).await.as_str(), SUCCESS);
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let again = http.get(first.clone()).header("cookie", cookies).send().await.expect("answered");
    assert_eq!(again.status(), 400, "also with the cookie that was taken away");

    let late = back(&engine, &mut browser, "sessions").await;
    engine.later(10 * 60_000);
    assert_eq!(browser.refused(&late).await, bad());

    let other = back(&engine, &mut browser, "sessions").await;
    let other = other.as_str().replace("/callback/oidc/", "/callback/google/");
    // The cookie is for the way back of one provider only.
    assert_eq!(browser.refused(&Url::parse(&other).expect("a URL")).await, bad());

    let mut forged = back(&engine, &mut browser, "sessions").await;
    forged.set_query(Some("code=code-1&state=0000"));
    assert_eq!(browser.refused(&forged).await, bad());
    forged.set_query(Some("code=code-1"));
    assert_eq!(browser.refused(&forged).await, bad());
    let elsewhere = forged.as_str().replace("/telestack?", "/other?");
    let refused = browser.refused(&Url::parse(&elsewhere).expect("a URL")).await;
    assert_eq!(refused, (404, "project_not_found".into()));
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_worth_nothing() {
    let (engine, provider) = both().await;
    provider.is(ada());
    // Eve puts a code that she saw into her own way back: PKCE and the nonce are of another sign-in.
    let victims = back(&engine, &mut Browser::new(), "sessions").await;
    let mut eve = Browser::new();
    let mut own = back(&engine, &mut eve, "sessions").await;
    let (code, state) = (super::parameter(&victims, "code"), super::parameter(&own, "state"));
    own.query_pairs_mut().clear().extend_pairs([("code", code), ("state", state)]);
    assert_eq!(error(&eve.sent_to(&own).await), "user_oauth2_unauthorized");
    // A code that was used already.
    let mut browser = Browser::new();
    let used = back(&engine, &mut browser, "sessions").await;
    browser.sent_to(&used).await;
    let mut next = back(&engine, &mut browser, "sessions").await;
    let state = super::parameter(&next, "state");
    next.query_pairs_mut()
        .clear()
        .extend_pairs([("code", super::parameter(&used, "code")), ("state", state)]);
    assert_eq!(error(&browser.sent_to(&next).await), "user_oauth2_unauthorized");
    assert!(!eve.is_signed_in(&engine.base).await);
}

#[tokio::test]
async fn an_id_token_that_proves_nothing_opens_nothing() {
    let (engine, provider) = both().await;
    provider.is(ada());
    for (lie, expected) in [
        (Lie::ForeignKey, "user_oauth2_token_invalid"),
        (Lie::UnknownKey, "user_oauth2_token_invalid"),
        (Lie::AlgNone, "user_oauth2_token_invalid"),
        (Lie::PublicKeyAsSecret, "user_oauth2_token_invalid"),
        (Lie::Nonce, "user_oauth2_token_invalid"),
        (Lie::Audience, "user_oauth2_token_invalid"),
        (Lie::Issuer, "user_oauth2_token_invalid"),
        (Lie::Expired, "user_oauth2_token_invalid"),
        (Lie::NoIdToken, "user_oauth2_provider_error"),
        (Lie::OtherPage, "user_oauth2_provider_error"),
    ] {
        provider.lies(lie);
        let mut browser = Browser::new();
        assert_eq!(error(&go(&engine, &mut browser, "sessions").await), expected, "{lie:?}");
        assert!(!browser.is_signed_in(&engine.base).await, "{lie:?}");
    }
    assert_eq!(engine.admin().get("/users").await["total"], 0, "nobody was made");
    provider.lies(Lie::None);
    assert_eq!(go(&engine, &mut Browser::new(), "sessions").await.as_str(), SUCCESS);
}

#[tokio::test]
async fn a_provider_that_answers_rubbish_or_hugely_or_never_is_a_failure() {
    let (engine, provider) = both().await;
    provider.is(ada());
    for lie in [Lie::Rubbish, Lie::Huge, Lie::Never] {
        provider.lies(lie);
        let page = go(&engine, &mut Browser::new(), "sessions").await;
        assert_eq!(error(&page), "user_oauth2_provider_error", "{lie:?}");
    }
}

#[tokio::test]
async fn nobody_is_sent_to_a_strangers_page() {
    let (engine, _) = both().await;
    let mut browser = Browser::new();
    for page in [
        "https://evil.example.org/",
        "https://app.example.org@evil.example.org/",
        "https://app.example.org.evil.example.org/",
        "//evil.example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil",
    ] {
        for pages in [[("success", page), ("failure", FAILURE)], [("success", SUCCESS), ("failure", page)]] {
            let refused = browser.refused(&begin(&engine, "sessions", &pages)).await;
            assert_eq!(refused, (400, "general_argument_invalid".into()), "{page}");
        }
    }
    assert_eq!(browser.pending(), 0);
}

#[tokio::test]
async fn what_lies_in_the_database_opens_nothing() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    go(&engine, &mut browser, "sessions").await;
    let session = browser.read(&engine.base, "/account/sessions/current").await;
    let pending = back(&engine, &mut Browser::new(), "sessions").await;
    let folder = engine.folder.as_ref().expect("a folder").path();
    let mut bytes = std::fs::read(folder.join("engine.sqlite")).expect("read");
    bytes.extend(std::fs::read(folder.join("engine.sqlite-wal")).expect("read"));
    let secrets = [
        super::provider::SECRET,
        session["providerAccessToken"].as_str().expect("text"),
        session["providerRefreshToken"].as_str().expect("text"),
        &super::parameter(&pending, "state"),
        &provider.asked()["nonce"],
    ]
    .map(str::to_owned);
    for secret in secrets {
        assert!(secret.len() > 5);
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} lies open");
    }
}

#[tokio::test]
async fn a_provider_that_is_off_or_unknown_sends_nobody_anywhere() {
    let (engine, provider) = both().await;
    provider.is(ada());
    let mut browser = Browser::new();
    let under_way = back(&engine, &mut browser, "sessions").await;
    engine.admin().ok(Method::PATCH, "/project/oauth2/oidc", &json!({ "enabled": false })).await;
    assert_eq!(error(&browser.sent_to(&under_way).await), "project_provider_disabled");
    let refused = browser.refused(&begin(&engine, "sessions", &[])).await;
    assert_eq!(refused, (412, "project_provider_disabled".into()));
    let unknown = begin(&engine, "sessions", &[]).as_str().replace("/oidc?", "/nobody?");
    let refused = browser.refused(&Url::parse(&unknown).expect("a URL")).await;
    assert_eq!(refused, (501, "project_provider_unsupported".into()));
}
