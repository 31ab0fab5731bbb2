//! What happens is told to other servers: slow ones, failing ones, and ones that lead where nobody may go.

mod harness;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use harness::{Client, Running, until};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

/// What a path of the receiver does.
#[derive(Debug, Clone)]
enum Answer {
    Take,
    Fail,
    /// Never answers.
    Hang,
    Redirect(String),
}

#[derive(Debug, Clone)]
struct Call {
    path: String,
    headers: HeaderMap,
    body: String,
}

/// A server that somebody's webhooks lead to.
#[derive(Debug, Clone)]
struct Receiver {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let receiver = Self { address, calls: Arc::default(), answers: Arc::default() };
        let router = Router::new().fallback(Self::hear).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    async fn hear(State(receiver): State<Self>, uri: Uri, headers: HeaderMap, body: String) -> Response {
        let path = uri.path().to_owned();
        receiver.calls.lock().expect("calls").push(Call { path: path.clone(), headers, body });
        let answer = receiver.answers.lock().expect("answers").get(&path).cloned();
        match answer.unwrap_or(Answer::Take) {
            Answer::Take => StatusCode::OK.into_response(),
            Answer::Fail => (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response(),
            Answer::Hang => std::future::pending().await,
            Answer::Redirect(to) => {
                (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
            }
        }
    }

    fn answer(&self, path: &str, answer: Answer) {
        self.answers.lock().expect("answers").insert(path.to_owned(), answer);
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn calls(&self, path: &str) -> Vec<Call> {
        self.calls.lock().expect("calls").iter().filter(|call| call.path == path).cloned().collect()
    }

    /// The calls of a path, once there are so many.
    async fn heard(&self, path: &str, how_many: usize) -> Vec<Call> {
        until(&format!("{how_many} calls of {path}"), async || self.calls(path).len() >= how_many).await;
        self.calls(path)
    }
}

/// An engine that may call the receiver and nothing else on this machine, and the receiver.
async fn both() -> (Running, Receiver) {
    let receiver = Receiver::start().await;
    let inside = receiver.address.to_string();
    (Running::with(|config| config.inside = vec![inside]).await, receiver)
}

fn webhook(id: &str, url: &str) -> Value {
    json!({ "webhookId": id, "name": id, "url": url, "events": ["teams.*.create", "teams.*.delete"] })
}

async fn make(admin: &Client, id: &str, url: &str) -> Value {
    admin.ok(Method::POST, "/webhooks", &webhook(id, url)).await
}

async fn team(client: &Client, id: &str) {
    client.ok(Method::POST, "/teams", &json!({ "teamId": id, "name": id })).await;
}

/// The webhook once `condition` holds of it.
async fn once(admin: &Client, id: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let mut webhook = Value::Null;
    until(&format!("a state of {id}"), async || {
        webhook = admin.get(&format!("/webhooks/{id}")).await;
        condition(&webhook)
    })
    .await;
    webhook
}

fn signature(secret: &str, url: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("key");
    mac.update(format!("{url}{body}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn what_happens_is_told_signed_and_to_whom_it_concerns() {
    let (engine, receiver) = both().await;
    let admin = engine.admin();
    let ada = engine.user("ada").await;
    let url = receiver.url("/hook");
    let mut new = webhook("hook", &url);
    new["name"] = json!("Hook für alle");
    new["authUsername"] = json!("us");
    new["authPassword"] = json!("open sesame");
    let made = admin.ok(Method::POST, "/webhooks", &new).await;
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert_eq!((secret.len(), &made["attempts"], &made["tls"]), (64, &json!(0), &json!(true)));
    assert_eq!(admin.refused(Method::POST, "/webhooks", &new).await, of(409, "webhook_already_exists"));

    // What was rolled back is told to nobody.
    team(&ada, "clinic").await;
    let again = json!({ "teamId": "clinic", "name": "Clinic" });
    assert_eq!(ada.refused(Method::POST, "/teams", &again).await.0, 409);
    ada.ok(Method::PUT, "/teams/clinic", &json!({ "name": "Practice" })).await;
    ada.ok(Method::DELETE, "/teams/clinic", &Value::Null).await;
    let calls = receiver.heard("/hook", 2).await;
    let events = |call: &Call| call.headers["x-appwrite-webhook-events"].to_str().expect("text").to_owned();
    let mut told: Vec<String> = calls.iter().map(events).collect();
    told.sort();
    assert!(told[0].starts_with("teams.clinic.create,teams.*.create"), "{told:?}");
    assert!(told[1].starts_with("teams.clinic.delete,") && told.len() == 2, "{told:?}");
    let first = calls.iter().find(|call| events(call).contains("create")).expect("the first");
    let header = |name: &str| first.headers[name].as_bytes();
    assert_eq!(header("x-appwrite-webhook-id"), b"hook");
    assert_eq!(header("x-appwrite-webhook-name"), "Hook für alle".as_bytes());
    assert_eq!(header("x-appwrite-webhook-user-id"), b"ada");
    assert_eq!(header("x-appwrite-webhook-project-id"), b"telestack");
    assert_eq!(header("content-type"), b"application/json");
    let basic = format!("Basic {}", STANDARD.encode("us:open sesame"));
    assert_eq!(header("authorization"), basic.as_bytes());
    assert_eq!(header("x-appwrite-webhook-signature"), signature(&secret, &url, &first.body).as_bytes());
    let payload: Value = serde_json::from_str(&first.body).expect("JSON");
    assert_eq!((&payload["$id"], &payload["name"]), (&json!("clinic"), &json!("clinic")));

    let shown = admin.get("/webhooks/hook").await;
    assert_eq!((&shown["secret"], &shown["authPassword"]), (&json!(""), &json!("")));
    let renewed = admin.ok(Method::PATCH, "/webhooks/hook/secret", &json!({ "secret": "a new one" })).await;
    assert_eq!(renewed["secret"], "a new one");
    team(&ada, "second").await;
    let third = receiver.heard("/hook", 3).await.pop().expect("a call");
    assert_eq!(third.headers["x-appwrite-webhook-signature"], signature("a new one", &url, &third.body));

    let query = r#"{"method":"contains","attribute":"events","values":["teams.*.delete"]}"#;
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    assert_eq!(admin.get(&format!("/webhooks?queries[0]={query}")).await["total"], 1);
    admin.ok(Method::DELETE, "/webhooks/hook", &Value::Null).await;
    assert_eq!(
        admin.refused(Method::GET, "/webhooks/hook", &Value::Null).await,
        of(404, "webhook_not_found")
    );
    assert_eq!(admin.get("/webhooks").await["total"], 0);
}

#[tokio::test]
async fn who_is_slow_or_fails_holds_up_nobody() {
    let receiver = Receiver::start().await;
    let engine = Running::with(|config| config.inside = vec!["127.0.0.1".into()]).await;
    let admin = engine.admin();
    receiver.answer("/slow", Answer::Hang);
    receiver.answer("/failing", Answer::Fail);
    for path in ["slow", "failing", "quick"] {
        make(&admin, path, &receiver.url(&format!("/{path}"))).await;
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let gone = closed.local_addr().expect("address");
    drop(closed);
    make(&admin, "gone", &format!("http://{gone}/")).await;
    for number in 0..20 {
        team(&admin, &format!("team-{number}")).await;
    }
    let calls = receiver.heard("/quick", 20).await;
    let told: std::collections::HashSet<String> = calls.iter().map(|call| call.body.clone()).collect();
    assert_eq!((calls.len(), told.len()), (20, 20), "each once");
    receiver.heard("/slow", 1).await;

    let failing = once(&admin, "failing", |webhook| webhook["attempts"] == 1).await;
    let logs = failing["logs"].as_str().expect("logs");
    assert!(logs.contains("Status code: 500") && logs.contains("out of order"), "{logs}");
    let gone = once(&admin, "gone", |webhook| webhook["attempts"] == 1).await;
    assert!(gone["logs"].as_str().expect("logs").contains("nothing answered"), "{gone}");

    // After a failure one delivery alone looks whether anybody is there again; then the others follow.
    let before = receiver.calls("/failing").len();
    receiver.answer("/failing", Answer::Take);
    engine.later(5_000);
    receiver.heard("/failing", before + 20).await;
    let mended = once(&admin, "failing", |webhook| webhook["attempts"] == 0).await;
    assert_eq!(mended["enabled"], true);
}

#[tokio::test]
async fn an_address_that_was_not_allowed_stays_closed_whatever_it_is_called() {
    let (engine, receiver) = both().await;
    let admin = engine.admin();
    let port = receiver.address.port();
    for bad in [
        "http://127.0.0.1/".to_owned(),
        "http://127.1:1/".to_owned(),
        "http://2130706433/".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://10.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://example.org/".to_owned(),
        "https://us:secret@example.org/".to_owned(),
        "https://example.org/\r\nx: y".to_owned(),
        "nonsense".to_owned(),
    ] {
        let refused = admin.refused(Method::POST, "/webhooks", &webhook("bad", &bad)).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{bad}");
    }
    // A name is judged when it is called, and a redirect is not followed at all.
    make(&admin, "by-name", &format!("http://localhost:{port}/by-name")).await;
    let other = Receiver::start().await;
    receiver.answer("/redirect", Answer::Redirect(other.url("/stolen")));
    receiver.answer("/back", Answer::Redirect(receiver.url("/followed")));
    make(&admin, "redirect", &receiver.url("/redirect")).await;
    make(&admin, "back", &receiver.url("/back")).await;
    team(&admin, "clinic").await;
    let by_name = once(&admin, "by-name", |webhook| webhook["attempts"] == 1).await;
    assert!(by_name["logs"].as_str().expect("logs").contains("inside the network"), "{by_name}");
    for id in ["redirect", "back"] {
        let logs = once(&admin, id, |webhook| webhook["attempts"] == 1).await["logs"].clone();
        assert!(logs.as_str().expect("logs").contains("Redirects are not followed"), "{logs}");
    }
    assert!(receiver.calls("/by-name").is_empty() && receiver.calls("/followed").is_empty());
    assert!(other.calls("/stolen").is_empty());
    // Nor does a change lead there.
    let moved = webhook("x", "http://169.254.169.254/");
    assert_eq!(admin.refused(Method::PUT, "/webhooks/back", &moved).await.0, 400);
}

#[tokio::test]
async fn what_waits_outlives_a_restart() {
    let (engine, receiver) = both().await;
    let admin = engine.admin();
    receiver.answer("/failing", Answer::Fail);
    receiver.answer("/slow", Answer::Hang);
    make(&admin, "failing", &receiver.url("/failing")).await;
    let secret = make(&admin, "slow", &receiver.url("/slow")).await["secret"].clone();
    team(&engine.user("ada").await, "clinic").await;
    once(&admin, "failing", |webhook| webhook["attempts"] == 1).await;
    // The answer never comes; the server stops while it waits for it.
    receiver.heard("/slow", 1).await;
    receiver.answer("/slow", Answer::Take);
    receiver.answer("/failing", Answer::Take);
    let engine = engine.restart().await;
    let admin = engine.admin();
    assert_eq!(admin.get("/webhooks/failing").await["attempts"], 1);
    let slow = receiver.heard("/slow", 2).await.pop().expect("a call");
    assert_eq!(slow.headers["x-appwrite-webhook-user-id"], "ada");
    let signed = signature(secret.as_str().expect("a secret"), &receiver.url("/slow"), &slow.body);
    assert_eq!(slow.headers["x-appwrite-webhook-signature"], signed);
    assert_eq!(receiver.calls("/failing").len(), 1, "it rests also after a restart");
    engine.later(5_000);
    let failing = receiver.heard("/failing", 2).await;
    assert_eq!(failing[0].body, failing[1].body);
    once(&admin, "failing", |webhook| webhook["attempts"] == 0).await;
}

#[tokio::test]
async fn who_fails_for_half_a_day_is_paused_and_begins_again_when_somebody_says_so() {
    let (engine, receiver) = both().await;
    let admin = engine.admin();
    receiver.answer("/hook", Answer::Fail);
    make(&admin, "hook", &receiver.url("/hook")).await;
    team(&admin, "one").await;
    team(&admin, "two").await;
    for failures in 1..=10 {
        once(&admin, "hook", |webhook| webhook["attempts"] == failures).await;
        engine.later(8 * 3_600_000);
    }
    let paused = once(&admin, "hook", |webhook| webhook["enabled"] == false).await;
    assert!(paused["logs"].as_str().expect("logs").contains("out of order"));
    let calls = receiver.calls("/hook").len();
    // What happens now is not kept for it.
    team(&admin, "three").await;
    receiver.answer("/hook", Answer::Take);
    engine.later(24 * 3_600_000);
    let mut again = webhook("hook", &receiver.url("/hook"));
    // Nobody sets by hand what is counted.
    again["attempts"] = json!(5);
    again["logs"] = json!("fine");
    again["secret"] = json!("stolen secret");
    let on = admin.ok(Method::PUT, "/webhooks/hook", &again).await;
    assert_eq!((&on["enabled"], &on["attempts"], &on["secret"]), (&json!(true), &json!(0), &json!("")));
    assert!(on["logs"].as_str().expect("logs").contains("out of order"), "the last failure stays to be read");
    team(&admin, "four").await;
    let told: Vec<String> = receiver
        .heard("/hook", calls + 3)
        .await
        .into_iter()
        .skip(calls)
        .map(|call| serde_json::from_str::<Value>(&call.body).expect("JSON")["$id"].to_string())
        .collect();
    for (team, is_told) in [("one", true), ("two", true), ("three", false), ("four", true)] {
        assert_eq!(told.contains(&format!("\"{team}\"")), is_told, "{team} {told:?}");
    }
}

#[tokio::test]
async fn only_keys_with_the_scope_touch_webhooks_and_mistakes_are_named() {
    let (engine, receiver) = both().await;
    let admin = engine.admin();
    let url = receiver.url("/hook");
    make(&admin, "hook", &url).await;
    let new = json!({ "name": "Reader", "scopes": ["webhooks.read"] });
    let key = admin.ok(Method::POST, "/project/keys", &new).await["secret"].clone();
    let reader = engine.guest().with("x-appwrite-key", key.as_str().expect("a secret"));
    assert_eq!(reader.get("/webhooks").await["total"], 1);
    let ada = engine.user("ada").await;
    for caller in [&ada, &reader, &engine.guest()] {
        for (method, path) in [
            (Method::POST, "/webhooks"),
            (Method::PUT, "/webhooks/hook"),
            (Method::PATCH, "/webhooks/hook/secret"),
            (Method::DELETE, "/webhooks/hook"),
        ] {
            let refused = caller.refused(method, path, &webhook("x", &url)).await;
            assert_eq!(refused, of(401, "general_unauthorized_scope"), "{path}");
        }
    }
    assert_eq!(ada.refused(Method::GET, "/webhooks", &Value::Null).await.0, 401);
    for (field, value) in [
        ("events", json!(["*"])),
        ("events", json!([])),
        ("name", json!("two\nlines")),
        ("secret", json!("short")),
        ("authUsername", json!("a:b")),
        ("authPassword", json!("x".repeat(257))),
        ("webhookId", json!("../x")),
    ] {
        let mut bad = webhook("bad", &url);
        bad[field] = value;
        assert_eq!(admin.refused(Method::POST, "/webhooks", &bad).await.0, 400, "{field}");
    }
    assert_eq!(admin.refused(Method::PUT, "/webhooks/none", &webhook("x", &url)).await.0, 404);
}
