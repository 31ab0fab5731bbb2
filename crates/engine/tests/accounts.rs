//! Signing up, in and out; what a session, a JWT and a key open.

mod harness;

use harness::{PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn a_session_opens_the_account_and_ends() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let account = ada.get("/account").await;
    assert_eq!(account["$id"], "ada");
    assert_eq!(account["prefs"], json!({}));
    assert!(account.get("password").is_none());
    ada.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": { "theme": "dark" } })).await;
    assert_eq!(ada.get("/account/prefs").await["theme"], "dark");
    assert_eq!(ada.get("/account/sessions").await["total"], 1);
    let gone = ada.call(Method::DELETE, "/account/sessions/current", &Value::Null).await;
    assert_eq!(gone.status(), 204);
    assert!(!gone.headers()["content-type"].to_str().expect("text").contains("json"));
    assert_eq!(
        ada.refused(Method::GET, "/account", &Value::Null).await,
        of(401, "general_unauthorized_scope")
    );
}

#[tokio::test]
async fn a_jwt_dies_with_its_session_and_with_time() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let jwt =
        ada.ok(Method::POST, "/account/jwts", &json!({})).await["jwt"].as_str().expect("JWT").to_owned();
    let bearer = engine.guest().with("authorization", &format!("Bearer {jwt}"));
    assert_eq!(bearer.get("/account").await["$id"], "ada");
    engine.later(901_000);
    assert_eq!(bearer.refused(Method::GET, "/account", &Value::Null).await, of(401, "user_jwt_invalid"));
    let jwt =
        ada.ok(Method::POST, "/account/jwts", &json!({})).await["jwt"].as_str().expect("JWT").to_owned();
    let bearer = engine.guest().with("x-appwrite-jwt", &jwt);
    ada.ok(Method::DELETE, "/account/sessions", &Value::Null).await;
    assert_eq!(bearer.refused(Method::GET, "/account", &Value::Null).await, of(401, "user_jwt_invalid"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let engine = Running::start().await;
    engine.user("ada").await;
    let path = "/account/sessions/email";
    for email in ["ada@example.org", "nobody@example.org"] {
        let body = json!({ "email": email, "password": "wrong password" });
        assert_eq!(
            engine.guest().refused(Method::POST, path, &body).await,
            of(401, "user_invalid_credentials")
        );
    }
    let body = json!({ "email": "ada@example.org", "password": "wrong password" });
    for _ in 0..9 {
        engine.guest().refused(Method::POST, path, &body).await;
    }
    let right = json!({ "email": "ada@example.org", "password": PASSWORD });
    assert_eq!(
        engine.guest().refused(Method::POST, path, &right).await,
        of(429, "general_rate_limit_exceeded")
    );
    engine.later(3_600_001);
    engine.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn a_blocked_user_is_out_at_once() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    engine.admin().ok(Method::PATCH, "/users/ada/status", &json!({ "status": false })).await;
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn administration_is_for_keys_and_unknown_routes_do_not_exist() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let new = json!({ "userId": "eve", "email": "eve@example.org", "password": PASSWORD });
    for caller in [engine.guest(), ada, engine.guest().with("x-appwrite-key", "standard_wrong")] {
        assert_eq!(caller.refused(Method::POST, "/users", &new).await, of(401, "general_unauthorized_scope"));
    }
    let admin = engine.admin();
    assert_eq!(
        admin.refused(Method::GET, "/nothing", &Value::Null).await,
        of(404, "general_route_not_found")
    );
    assert_eq!(admin.refused(Method::PUT, "/users", &new).await, of(404, "general_route_not_found"));
    let other =
        reqwest::Client::new().get(format!("{}/users", engine.base)).header("x-appwrite-key", &engine.key);
    assert_eq!(other.header("x-appwrite-project", "other").send().await.expect("answer").status(), 404);
    assert_eq!(admin.refused(Method::POST, "/users", &json!({ "userId": "../x" })).await.0, 400);
    admin.ok(Method::POST, "/users", &new).await;
    assert_eq!(admin.refused(Method::POST, "/users", &new).await, of(409, "user_already_exists"));
}

#[tokio::test]
async fn sign_up_can_be_turned_off_and_pages_of_others_get_no_answer() {
    let engine = Running::with(|config| config.sign_up = false).await;
    let new = json!({ "userId": "eve", "email": "eve@example.org", "password": PASSWORD });
    let refused = engine.guest().refused(Method::POST, "/account", &new).await;
    assert_eq!(refused, of(501, "user_auth_method_unsupported"));
    let ours = engine.base.trim_end_matches("/v1").to_owned();
    for (origin, status, allowed) in [
        ("https://app.example.org", 200, true),
        (ours.as_str(), 200, false),
        ("https://evil.example", 403, false),
        ("null", 403, false),
    ] {
        let request = engine.guest().request(Method::GET, "/ping").header("origin", origin);
        let answer = request.send().await.expect("answer");
        assert_eq!(answer.status(), status, "{origin}");
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
    }
}

/// What a script can read is given only to whom the cookie does not serve.
#[tokio::test]
async fn a_browser_gets_the_session_in_cookies_alone() {
    let engine = Running::start().await;
    engine.user("ada").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let page = engine.guest().with("origin", "https://app.example.org");
    for (site, reads) in [("same-site", false), ("same-origin", false), ("cross-site", true)] {
        let page = page.clone().with("sec-fetch-site", site);
        let answer = page.call(Method::POST, "/account/sessions/email", &body).await;
        let cookies: Vec<&str> = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().expect("text"))
            .collect();
        assert!(
            cookies.len() == 2 && cookies.iter().all(|cookie| cookie.contains("; HttpOnly;")),
            "{cookies:?}"
        );
        assert_eq!(answer.headers().contains_key("x-fallback-cookies"), reads, "{site}");
        let pair = cookies[0].split(';').next().expect("a pair").to_owned();
        let here = page.with("cookie", &pair);
        assert_eq!(here.get("/account").await["$id"], "ada");
        let end = here.call(Method::DELETE, "/account/sessions/current", &Value::Null).await;
        let fallback = end.headers().get("x-fallback-cookies").map(|value| value.to_str().expect("text"));
        assert_eq!(fallback, reads.then_some("[]"), "{site}");
        assert!(end.headers().get_all("set-cookie").iter().count() == 2);
    }
    // One that kept the session where scripts read it, as it was done before, is told to forget it.
    let old = page.with("sec-fetch-site", "same-site").with("x-fallback-cookies", "{}");
    let answer = old.call(Method::POST, "/account/sessions/email", &body).await;
    assert_eq!(answer.headers()["x-fallback-cookies"], "[]");
}

#[tokio::test]
async fn a_foreign_page_does_nothing_with_somebodys_cookie() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let (_, session) = ada.headers().first().expect("a session").clone();
    let session: String = url::form_urlencoded::byte_serialize(session.as_bytes()).collect();
    let cookie = engine.guest().with("cookie", &format!("a_session_telestack={session}"));
    // What a form of any page may send without asking first.
    let post = |origin: Option<&str>| {
        let request =
            cookie.request(Method::POST, "/account/jwts").header("content-type", "text/plain").body("{}");
        let request = if let Some(origin) = origin { request.header("origin", origin) } else { request };
        async { request.send().await.expect("answer").status().as_u16() }
    };
    assert_eq!(post(None).await, 201);
    assert_eq!(post(Some("https://app.example.org")).await, 201);
    assert_eq!(post(Some("https://evil.example")).await, 403);
    let socket =
        cookie.request(Method::GET, "/realtime?project=telestack").header("origin", "https://evil.example");
    assert_eq!(socket.send().await.expect("answer").status(), 403);
}

#[tokio::test]
async fn people_in_a_team_see_it_and_others_do_not() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let admin = engine.admin();
    admin.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let path = "/teams/clinic/memberships";
    admin.ok(Method::POST, path, &json!({ "userId": "ada", "roles": ["owner"] })).await;
    assert_eq!(admin.refused(Method::POST, path, &json!({ "userId": "ada" })).await.0, 409);
    let list = ada.get(path).await;
    assert_eq!(list["memberships"][0]["userName"], "ada");
    assert_eq!(list["memberships"][0]["roles"], json!(["owner"]));
    assert_eq!(ben.refused(Method::GET, path, &Value::Null).await, of(404, "team_not_found"));
    assert_eq!(ben.get("/teams").await["total"], 0);
}

#[tokio::test]
async fn what_is_limited_says_how_much_is_left() {
    let engine = Running::with(|config| config.behind_proxy = true).await;
    let try_from = async |address: &str| {
        let body = json!({ "email": "nobody@example.org", "password": "wrong password" });
        let request = engine.guest().with("x-forwarded-for", address);
        request.call(Method::POST, "/account/sessions/email", &body).await
    };
    let first = try_from("forged, 10.0.0.1").await;
    let header = |name: &str| first.headers()[name].to_str().expect("text").parse::<u64>().expect("a number");
    assert_eq!((header("x-ratelimit-limit"), header("x-ratelimit-remaining")), (600, 599));
    assert_eq!(header("x-ratelimit-reset"), 1_700_003_600);
    for _ in 0..9 {
        assert_eq!(try_from("10.0.0.1").await.status(), 401);
    }
    let refused = try_from("10.0.0.1").await;
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"3601".parse().expect("header"))
    );
    // Nobody is locked out by somebody elsewhere who guesses.
    assert_eq!(try_from("10.0.0.2").await.status(), 401);
}

#[tokio::test]
async fn a_key_opens_its_scopes_and_gives_no_more_away() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let new = json!({ "name": "Reader", "scopes": ["users.read", "keys.write"] });
    let key = admin.ok(Method::POST, "/project/keys", &new).await;
    let secret = key["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("standard_"));
    let reader = engine.guest().with("x-appwrite-key", secret);
    assert_eq!(reader.get("/users").await["total"], 0);
    let user = json!({ "userId": "eve", "email": "eve@example.org", "password": PASSWORD });
    assert_eq!(reader.refused(Method::POST, "/users", &user).await, of(401, "general_unauthorized_scope"));
    assert_eq!(reader.refused(Method::GET, "/storage/buckets/x/files", &Value::Null).await.0, 401);
    for scopes in [json!(["*"]), json!(["users.write"])] {
        let more = json!({ "name": "More", "scopes": scopes });
        assert_eq!(reader.refused(Method::POST, "/project/keys", &more).await.0, 401);
    }
    let brief =
        json!({ "name": "Brief", "scopes": ["users.read"], "expire": "2023-11-14T22:30:00.000+00:00" });
    let brief = reader.ok(Method::POST, "/project/keys", &brief).await;
    let brief = engine.guest().with("x-appwrite-key", brief["secret"].as_str().expect("a secret"));
    brief.get("/users").await;
    engine.later(3_600_000);
    assert_eq!(brief.refused(Method::GET, "/users", &Value::Null).await.0, 401);
    let listed = admin.get("/project/keys").await;
    assert_eq!((&listed["total"], &listed["keys"][1]["secret"]), (&json!(3), &json!("")));
    admin
        .ok(Method::DELETE, &format!("/project/keys/{}", key["$id"].as_str().expect("id")), &Value::Null)
        .await;
    assert_eq!(reader.refused(Method::GET, "/users", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_team_is_searched_for_one_person() {
    let engine = Running::start().await;
    let admin = engine.admin();
    admin.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    for id in ["ada", "ben", "chloe"] {
        engine.user(id).await;
        admin.ok(Method::POST, "/teams/clinic/memberships", &json!({ "userId": id })).await;
    }
    let query = json!({ "method": "equal", "attribute": "userId", "values": ["ben"] }).to_string();
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let found = admin.get(&format!("/teams/clinic/memberships?queries[0]={query}")).await;
    assert_eq!((&found["total"], &found["memberships"][0]["userId"]), (&json!(1), &json!("ben")));
    assert_eq!(admin.get("/teams/clinic/memberships").await["total"], 3);
}
