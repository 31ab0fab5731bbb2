//! With a dev key somebody who develops meets no limits, from any origin, and opens nothing more.

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::{
    DAY,
    harness::{Client, Running},
    of,
};

const KEYS: &str = "/projects/telestack/dev-keys";
/// 24 hours after the clock of the tests begins.
const TOMORROW: &str = "2023-11-15T22:13:20.000+00:00";

async fn dev_key(admin: &Client) -> (String, Value) {
    let made = admin.ok(Method::POST, KEYS, &json!({ "name": "Laptop", "expire": TOMORROW })).await;
    (made["secret"].as_str().expect("a secret").to_owned(), made)
}

/// Status and headers of what a browser is told.
async fn told(client: &Client, method: Method, origin: &str) -> (u16, HeaderMap) {
    let answer = client.request(method, "/locale").header("origin", origin).send().await.expect("answered");
    (answer.status().as_u16(), answer.headers().clone())
}

#[tokio::test]
async fn who_shows_one_meets_no_limits_until_it_ends() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let (secret, made) = dev_key(&admin).await;
    assert_eq!(
        (&made["expire"], &made["accessedAt"], &made["sdks"]),
        (&json!(TOMORROW), &json!(""), &json!([]))
    );
    let developer = engine.guest().with("x-appwrite-dev-key", &secret).with("x-sdk-name", "Web");
    // Without a body nothing comes of it, and it is counted all the same.
    let sign_up = async |client: &Client| client.call(Method::POST, "/account", &json!({})).await;
    for _ in 0..12 {
        let answer = sign_up(&developer).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers().contains_key("x-ratelimit-limit")),
            (400, false)
        );
    }
    engine.user("p1").await;
    // A wrong password as often as one likes, too: it is an account of somebody who develops.
    let wrong = json!({ "email": "p1@example.org", "password": "wrong password" });
    for _ in 0..12 {
        let refused = developer.refused(Method::POST, "/account/sessions/email", &wrong).await;
        assert_eq!(refused, of(401, "user_invalid_credentials"));
    }
    // It says nothing of who calls.
    assert_eq!(developer.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    assert_eq!(developer.refused(Method::GET, "/users", &Value::Null).await.0, 401);

    let used = admin.get(&format!("{KEYS}/{}", made["$id"].as_str().expect("id"))).await;
    assert_eq!((&used["sdks"], &used["secret"]), (&json!(["Web"]), &json!("")));
    assert_ne!(used["accessedAt"], "");

    let limited = async |client: &Client| {
        for _ in 0..10 {
            assert_eq!(sign_up(client).await.status(), 400);
        }
        sign_up(client).await.status() == 429
    };
    let unknown = engine.guest().with("x-appwrite-dev-key", "00");
    assert!(limited(&unknown).await, "one that is not known is as none");
    engine.later(DAY);
    assert!(limited(&developer).await, "neither is one that is over");
}

#[tokio::test]
async fn pages_of_any_origin_may_call_with_one() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let page = "http://192.168.1.20:5173";
    let before = engine.guest().with("access-control-request-headers", "content-type,X-Appwrite-Dev-Key");
    assert_eq!(told(&before, Method::OPTIONS, page).await.0, 403, "there is none yet");
    let (secret, made) = dev_key(&admin).await;

    let (status, headers) = told(&before, Method::OPTIONS, page).await;
    assert_eq!((status, &headers["access-control-allow-origin"]), (204, &page.parse().expect("a value")));
    assert!(headers["access-control-allow-headers"].to_str().expect("text").contains("X-Appwrite-Dev-Key"));
    let plain = engine.guest().with("access-control-request-headers", "content-type");
    assert_eq!(told(&plain, Method::OPTIONS, page).await.0, 403);

    let developer = engine.guest().with("x-appwrite-dev-key", &secret);
    let (status, headers) = told(&developer, Method::GET, page).await;
    assert_eq!((status, &headers["access-control-allow-origin"]), (200, &page.parse().expect("a value")));
    for guess in ["", "00", "standard_00"] {
        let other = engine.guest().with("x-appwrite-dev-key", guess);
        let (status, headers) = told(&other, Method::GET, page).await;
        assert_eq!((status, headers.contains_key("access-control-allow-origin")), (403, false), "{guess}");
    }

    let one = format!("{KEYS}/{}", made["$id"].as_str().expect("id"));
    admin.ok(Method::DELETE, &one, &Value::Null).await;
    assert_eq!(told(&developer, Method::GET, page).await.0, 403, "it is gone");
    assert_eq!(told(&before, Method::OPTIONS, page).await.0, 403);
    assert_eq!(admin.refused(Method::GET, &one, &Value::Null).await, of(404, "key_not_found"));
    assert_eq!(admin.refused(Method::DELETE, &one, &Value::Null).await, of(404, "key_not_found"));
}

#[tokio::test]
async fn they_are_an_administrators() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let (_, made) = dev_key(&admin).await;
    let one = format!("{KEYS}/{}", made["$id"].as_str().expect("id"));
    let new = json!({ "name": "Office", "expire": "2023-12-01" });
    assert_eq!(admin.ok(Method::PUT, &one, &new).await["name"], "Office");
    let listed = admin.get(KEYS).await;
    assert_eq!((&listed["total"], &listed["devKeys"][0]["secret"]), (&json!(1), &json!("")));
    for bad in [
        json!({ "name": "", "expire": TOMORROW }),
        json!({ "name": "For ever" }),
        json!({ "name": "For ever", "expire": "" }),
        json!({ "name": "Past", "expire": "2001-01-01" }),
    ] {
        let refused = admin.refused(Method::POST, KEYS, &bad).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{bad}");
    }
    let elsewhere = "/projects/other/dev-keys";
    assert_eq!(admin.refused(Method::GET, elsewhere, &Value::Null).await, of(404, "project_not_found"));
    let reader = json!({ "name": "Reader", "scopes": ["keys.read"] });
    let (reader, _) = crate::key(&engine, &admin, &reader).await;
    reader.get(KEYS).await;
    for client in [&reader, &engine.guest(), &engine.user("ada").await] {
        let refused = client.refused(Method::POST, KEYS, &new).await;
        assert_eq!(refused, of(401, "general_unauthorized_scope"));
    }
}
