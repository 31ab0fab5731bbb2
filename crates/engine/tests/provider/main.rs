//! People sign in to other programs with their account here, and let them do something for them: OAuth 2.1 and OpenID
//! Connect from the program's side, from the person's, and from that of somebody who should not be there.

#[path = "../harness/mod.rs"]
mod harness;

mod codes;
mod consent;
mod devices;
mod installations;
mod program;
mod programs;
mod servers;
mod sign_in;

use std::{collections::HashMap, sync::LazyLock};

use harness::{Client, HTTP, Running};
use program::{BACK, Program};
use reqwest::{Method, header};
use serde_json::{Value, json};

const CONSENT: &str = "https://app.example.org/consent";
const OAUTH: &str = "/oauth2/telestack";

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

/// An engine on which an administrator turned it on.
async fn start() -> Running {
    let engine = Running::with(|config| config.accounts.programs = 3).await;
    set(&engine, &json!({})).await;
    engine
}

async fn set(engine: &Running, more: &Value) {
    let mut server = json!({
        "enabled": true,
        "authorizationUrl": CONSENT,
        "verificationUrl": "https://app.example.org/device",
        "scopes": ["project:rows.read", "project:teams.read", "project:teams.write", "notes.read"],
        "authorizationDetailsTypes": ["payment"],
    });
    for (name, value) in more.as_object().expect("an object") {
        server[name] = value.clone();
    }
    engine.admin().ok(Method::PUT, "/project/oauth2-server", &server).await;
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn path_of(request: &[(String, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request);
    format!("{OAUTH}/authorize?{}", query.finish())
}

/// Somebody who is sent to us by a program, through a page of ours that reads JSON.
async fn sent(person: &Client, request: &[(String, String)]) -> Value {
    person.clone().with("accept", "application/json").get(&path_of(request)).await
}

/// It stays where it is sent from, to see where that leads.
static BROWSER: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.pool_max_idle_per_host(0).build().expect("a client")
});

/// Where a browser is sent.
async fn browser(person: &Client, path: &str) -> (u16, String) {
    let url = format!("{}{path}", person.request(Method::GET, "").build().expect("a request").url());
    let mut request = BROWSER.get(url);
    for (name, value) in person.headers() {
        request = request.header(name, value);
    }
    let answer = request.send().await.expect("answered");
    let location = answer.headers().get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

fn said(address: &str) -> HashMap<String, String> {
    url::Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

/// Asks somebody, who agrees, and answers the code.
async fn agree(person: &Client, program: &Program, scope: &str) -> String {
    let asked = sent(person, &program.request(scope)).await;
    // Who agreed before is not asked.
    if asked["grantId"] == "" {
        return said(text(&asked["redirectUrl"]))["code"].clone();
    }
    let yes = json!({ "grant_id": asked["grantId"] });
    let approved = person.ok(Method::POST, &format!("{OAUTH}/approve"), &yes).await;
    said(text(&approved["redirectUrl"]))["code"].clone()
}

async fn bearer(engine: &Running, tokens: &Value) -> Client {
    engine.guest().with("authorization", &format!("Bearer {}", text(&tokens["access_token"])))
}

/// A table that whoever is signed in reads and changes.
async fn notes(engine: &Running) -> &'static str {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let permissions = ["read(\"users\")", "create(\"users\")", "read(\"team:clinic\")"];
    let table = json!({ "tableId": "notes", "name": "Notes", "permissions": permissions });
    admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    let column = json!({ "key": "text", "size": 50, "required": false });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/columns/string", &column).await;
    let row = json!({ "rowId": "one", "data": { "text": "kept" } });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/rows", &row).await;
    "/tablesdb/main/tables/notes/rows"
}

/// The claims of a token, proven by the key that the server shows.
async fn proven(engine: &Running, token: &Value) -> (Value, Value) {
    let keys = engine.guest().get(&format!("{OAUTH}/.well-known/jwks.json")).await;
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys["keys"][0].clone()).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a key");
    let token = jsonwebtoken::decode::<Value>(text(token), &key, &validation).expect("proven");
    (serde_json::to_value(token.header).expect("JSON"), token.claims)
}
