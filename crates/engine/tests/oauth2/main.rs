//! Signing in with an account elsewhere, against a small provider with real keys that can also misbehave.

#[path = "../harness/mod.rs"]
mod harness;

mod attacks;
mod browser;
mod linking;
mod native;
mod provider;
mod settings;
mod sign_in;

use harness::Running;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use browser::Browser;
use provider::{Person, Provider};

const SUCCESS: &str = "https://app.example.org/in?a=b";
const FAILURE: &str = "https://app.example.org/out";

/// An engine whose OpenID Connect provider is ours.
async fn both() -> (Running, Provider) {
    both_with(|_| {}).await
}

async fn both_with(change: impl FnOnce(&mut telestack_engine::EngineConfig)) -> (Running, Provider) {
    let engine = Running::with(change).await;
    let provider = Provider::start(engine.clock.clone()).await;
    let settings = json!({
        "clientId": provider::CLIENT,
        "clientSecret": provider::SECRET,
        "wellKnownURL": provider.document(),
        "enabled": true,
    });
    engine.admin().ok(Method::PATCH, "/project/oauth2/oidc", &settings).await;
    (engine, provider)
}

/// The address that begins a sign-in.
fn begin(engine: &Running, kind: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&format!("{}/account/{kind}/oauth2/oidc", engine.base)).expect("a URL");
    url.query_pairs_mut().append_pair("project", "telestack").extend_pairs(parameters);
    url
}

/// Goes all the way, and answers the page at its end.
async fn go(engine: &Running, browser: &mut Browser, kind: &str) -> Url {
    let back = back(engine, browser, kind).await;
    browser.sent_to(&back).await
}

/// Goes as far as the provider, and answers where it sends the browser back to.
async fn back(engine: &Running, browser: &mut Browser, kind: &str) -> Url {
    let pages = [("success", SUCCESS), ("failure", FAILURE)];
    let there = browser.sent_to(&begin(engine, kind, &pages)).await;
    browser.sent_to(&there).await
}

/// The type of the error that a failure's page is told.
fn error(page: &Url) -> String {
    let told = page.query_pairs().find(|(name, _)| name == "error");
    let (_, told) = told.unwrap_or_else(|| panic!("no error in {page}"));
    assert!(page.as_str().starts_with(FAILURE), "{page}");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert!(told["message"].is_string() && told["code"].is_u64());
    told["type"].as_str().expect("a type").to_owned()
}

fn parameter(page: &Url, name: &str) -> String {
    let found = page.query_pairs().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no {name} in {page}")).1.into_owned()
}

fn ada() -> Person {
    Person { sub: "ada".into(), email: "ada@example.org".into(), verified: true, name: "Ada".into() }
}
