//! What is open to whom, and what the project tells of itself.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Running},
    key, of, query,
};

#[tokio::test]
async fn a_platform_opens_the_api_to_its_pages_at_once() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let ask = async |origin: &str| {
        let request = engine.guest().request(Method::GET, "/ping").header("origin", origin);
        request.send().await.expect("answered").status().as_u16()
    };
    assert_eq!(ask("https://pages.example.org").await, 403);
    let new = json!({ "platformId": "web", "name": "Pages", "hostname": "pages.example.org" });
    let made = admin.ok(Method::POST, "/project/platforms/web", &new).await;
    assert_eq!((&made["type"], &made["hostname"]), (&json!("web"), &json!("pages.example.org")));
    assert_eq!(ask("https://pages.example.org").await, 200);
    assert_eq!(ask("https://pages.example.org.evil.example").await, 403);
    let recovery = json!({ "email": "ada@example.org", "url": "https://pages.example.org/new-password" });
    engine.user("ada").await;
    engine.guest().ok(Method::POST, "/account/recovery", &recovery).await;
    let android = json!({ "platformId": "app", "name": "App", "applicationId": "org.example.app" });
    admin.ok(Method::POST, "/project/platforms/android", &android).await;
    assert_eq!(ask("appwrite-android://org.example.app").await, 200);
    assert_eq!(ask("appwrite-android://org.example.other").await, 403);
    assert_eq!(admin.get("/project/platforms").await["total"], 2);
    let web = query(r#"{"method":"equal","attribute":"hostname","values":["pages.example.org"]}"#);
    assert_eq!(admin.get(&format!("/project/platforms?queries[0]={web}")).await["total"], 1);
    // A platform stays of its kind.
    let wrong = admin.refused(Method::PUT, "/project/platforms/android/web", &android).await;
    assert_eq!(wrong, of(404, "platform_not_found"));
    for bad in ["*", "*.org", "https://a.example.org", "a.example.org:443", ""] {
        let body = json!({ "platformId": "bad", "name": "Bad", "hostname": bad });
        assert_eq!(admin.refused(Method::POST, "/project/platforms/web", &body).await.0, 400, "{bad}");
    }
    let moved = json!({ "name": "Pages", "hostname": "other.example.org" });
    admin.ok(Method::PUT, "/project/platforms/web/web", &moved).await;
    assert_eq!((ask("https://pages.example.org").await, ask("https://other.example.org").await), (403, 200));
    let engine = engine.restart().await;
    let admin = engine.admin();
    let ask = engine.guest().request(Method::GET, "/ping").header("origin", "https://other.example.org");
    assert_eq!(ask.send().await.expect("answered").status(), 200);
    admin.ok(Method::DELETE, "/project/platforms/web", &Value::Null).await;
    assert_eq!(admin.get("/project/platforms").await["total"], 1);
}

#[tokio::test]
async fn what_is_switched_off_is_refused_to_all_but_keys() {
    let engine = Running::start().await;
    let (admin, ada) = (engine.admin(), engine.user("ada").await);
    let guest = engine.guest();
    let switch = async |path: &str, on: bool| admin.ok(Method::PATCH, path, &json!({ "enabled": on })).await;
    let unsupported = of(501, "user_auth_method_unsupported");
    let email = json!({ "userId": "unique()", "email": "ben@example.org" });
    guest.ok(Method::POST, "/account/tokens/email", &email).await;
    let code = engine.code("ben@example.org").await;
    for (method, verb, path, body) in [
        (
            "email-password",
            Method::POST,
            "/account/sessions/email",
            json!({ "email": "a@b.c", "password": PASSWORD }),
        ),
        ("email-password", Method::POST, "/account", json!({})),
        ("magic-url", Method::POST, "/account/tokens/magic-url", email.clone()),
        ("email-otp", Method::POST, "/account/tokens/email", email.clone()),
        ("anonymous", Method::POST, "/account/sessions/anonymous", json!({})),
        ("phone", Method::POST, "/account/tokens/phone", json!({ "userId": "x", "phone": "+4930123456" })),
    ] {
        let project = switch(&format!("/project/auth-methods/{method}"), false).await;
        let methods = project["authMethods"].as_array().expect("a list");
        assert!(methods.contains(&json!({ "$id": method, "enabled": false })));
        assert_eq!(guest.refused(verb, path, &body).await, unsupported, "{path}");
    }
    // A code that was sent before does not get in, either; once the way is open again it does.
    let user = admin
        .get(&format!(
            "/users?queries[0]={}",
            query(r#"{"method":"equal","attribute":"email","values":["ben@example.org"]}"#)
        ))
        .await;
    let redeem = json!({ "userId": user["users"][0]["$id"], "secret": code });
    assert_eq!(guest.refused(Method::POST, "/account/sessions/token", &redeem).await, unsupported);
    switch("/project/auth-methods/email-otp", true).await;
    guest.ok(Method::POST, "/account/sessions/token", &redeem).await;
    switch("/project/auth-methods/jwt", false).await;
    assert_eq!(ada.refused(Method::POST, "/account/jwts", &json!({})).await, unsupported);
    switch("/project/auth-methods/invites", false).await;
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let invite = json!({ "email": "x@example.org", "url": "https://app.example.org/" });
    assert_eq!(ada.refused(Method::POST, "/teams/clinic/memberships", &invite).await, unsupported);
    admin.ok(Method::POST, "/teams/clinic/memberships", &json!({ "email": "x@example.org" })).await;

    switch("/project/services/teams", false).await;
    let off = of(403, "general_service_disabled");
    assert_eq!(ada.refused(Method::GET, "/teams", &Value::Null).await, off);
    assert_eq!(admin.get("/teams").await["total"], 1);
    ada.get("/account").await;
    switch("/project/services/teams", true).await;
    ada.get("/teams").await;
    let project = switch("/project/protocols/rest", false).await;
    assert!(
        project["protocols"]
            .as_array()
            .expect("a list")
            .contains(&json!({ "$id": "rest", "enabled": false }))
    );
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await, of(403, "general_api_disabled"));
    switch("/project/protocols/rest", true).await;
    switch("/project/protocols/websocket", false).await;
    let path = "/realtime?project=telestack";
    assert_eq!(guest.refused(Method::GET, path, &Value::Null).await, of(403, "general_api_disabled"));
    for bad in ["/project/services/sites", "/project/protocols/ftp", "/project/auth-methods/password"] {
        assert_eq!(admin.refused(Method::PATCH, bad, &json!({ "enabled": true })).await.0, 400, "{bad}");
    }
    // Who is a user switches nothing.
    let on = json!({ "enabled": true });
    assert_eq!(ada.refused(Method::PATCH, "/project/auth-methods/jwt", &on).await.0, 401);
}

#[tokio::test]
async fn the_project_tells_of_itself_and_keeps_labels() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let project = admin.get("/project").await;
    assert_eq!((&project["$id"], &project["name"]), (&json!("telestack"), &json!("Northlight")));
    assert_eq!((&project["smtpEnabled"], &project["smtpPassword"]), (&json!(false), &json!("")));
    assert_eq!(project["authMethods"].as_array().expect("a list").len(), 7);
    let named = admin.ok(Method::PUT, "/project/labels", &json!({ "labels": ["clinic", "north"] })).await;
    assert_eq!(named["labels"], json!(["clinic", "north"]));
    assert_eq!(admin.refused(Method::PUT, "/project/labels", &json!({ "labels": ["a b"] })).await.0, 400);
    let (reader, _) = key(&engine, &admin, &json!({ "name": "R", "scopes": ["project.read"] })).await;
    assert_eq!(reader.get("/project").await["labels"], json!(["clinic", "north"]));
    for (method, path) in [
        (Method::PUT, "/project/labels"),
        (Method::PATCH, "/project/smtp"),
        (Method::PATCH, "/project/services/teams"),
        (Method::PATCH, "/project/policies/user-limit"),
        (Method::PATCH, "/project/templates/email"),
        (Method::POST, "/project/mock-phones"),
        (Method::POST, "/project/platforms/web"),
        (Method::POST, "/project/variables"),
    ] {
        assert_eq!(reader.refused(method, path, &json!({})).await.0, 401, "{path}");
    }
    // Two names of one scope.
    let (policies, _) =
        key(&engine, &admin, &json!({ "name": "P", "scopes": ["project.policies.read"] })).await;
    assert_eq!(policies.get("/project/policies").await["total"], 11);
}
