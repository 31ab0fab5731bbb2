//! What an administrator decides while the server runs, and keys that open no more than they should.

mod harness;

use harness::{Client, PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
};

const DAY: i64 = 86_400_000;

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

async fn key(engine: &Running, maker: &Client, new: &Value) -> (Client, Value) {
    let key = maker.ok(Method::POST, "/project/keys", new).await;
    (engine.guest().with("x-appwrite-key", key["secret"].as_str().expect("a secret")), key)
}

async fn policy(admin: &Client, id: &str, body: Value) {
    admin.ok(Method::PATCH, &format!("/project/policies/{id}"), &body).await;
}

fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn no_key_becomes_stronger_than_it_was_made() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let scopes = json!(["users.read", "keys.read", "keys.write"]);
    let expire = "2023-12-01T00:00:00.000+00:00";
    let new = json!({ "keyId": "small", "name": "Small", "scopes": scopes, "expire": expire });
    let (small, _) = key(&engine, &admin, &new).await;
    let path = "/project/keys/small";
    assert_eq!(small.get(path).await["scopes"], scopes);
    let denied = of(401, "general_unauthorized_scope");
    for (what, scopes, expire) in [
        ("everything", json!(["*"]), Some(expire)),
        ("one more", json!(["users.write", "keys.write"]), Some(expire)),
        ("no end", json!(["users.read"]), None),
        ("a later end", json!(["users.read"]), Some("2024-12-01T00:00:00.000+00:00")),
    ] {
        let body = json!({ "name": "More", "scopes": scopes, "expire": expire });
        assert_eq!(small.refused(Method::POST, "/project/keys", &body).await, denied, "{what}");
        assert_eq!(small.refused(Method::PUT, path, &body).await, denied, "{what}");
    }
    let brief = json!({ "scopes": ["teams.read"], "duration": 60 });
    assert_eq!(small.refused(Method::POST, "/project/keys/ephemeral", &brief).await, denied);
    // Nor does it take a larger one away, weaken it, or get another's secret by asking.
    let large = small.get("/project/keys").await["keys"][0].clone();
    let large = format!("/project/keys/{}", large["$id"].as_str().expect("id"));
    let weaker = json!({ "name": "Weak", "scopes": ["users.read"], "expire": expire });
    assert_eq!(small.refused(Method::PUT, &large, &weaker).await, denied);
    assert_eq!(small.refused(Method::DELETE, &large, &Value::Null).await, denied);
    assert_eq!(small.get(&large).await["secret"], "");
    // What a body has besides is nobody's business.
    let stuffed = json!({
        "name": "Small", "scopes": scopes, "expire": expire, "$id": "other", "secret": "standard_known", "hash": "00",
        "accessedAt": "", "$createdAt": "2000-01-01", "parent": null,
    });
    let kept = small.ok(Method::PUT, path, &stuffed).await;
    assert_eq!((&kept["$id"], &kept["secret"]), (&json!("small"), &json!("")));
    let known = engine.guest().with("x-appwrite-key", "standard_known");
    assert_eq!(known.refused(Method::GET, "/users", &Value::Null).await.0, 401);
    for bad in [
        json!({ "name": "X", "scopes": ["rows"] }),
        json!({ "name": "", "scopes": ["rows.read"] }),
        json!({ "name": "X", "scopes": ["rows.read"], "expire": "2001-01-01" }),
        json!({ "name": "X", "scopes": ["rows.read"], "keyId": "../x" }),
    ] {
        assert_eq!(
            admin.refused(Method::POST, "/project/keys", &bad).await,
            of(400, "general_argument_invalid")
        );
    }
    engine.later(30 * DAY);
    assert_eq!(small.refused(Method::GET, "/users", &Value::Null).await, of(401, "project_key_expired"));
}

#[tokio::test]
async fn a_key_is_changed_found_and_its_use_is_noted() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let new = json!({ "keyId": "reader", "name": "Reader", "scopes": ["users.read"] });
    let (reader, made) = key(&engine, &admin, &new).await;
    assert_eq!((&made["accessedAt"], &made["sdks"]), (&json!(""), &json!([])));
    assert_eq!(admin.refused(Method::POST, "/project/keys", &new).await, of(409, "key_already_exists"));
    reader.clone().with("x-sdk-name", "Node.js").get("/users").await;
    reader.clone().with("x-sdk-name", "Python").get("/users").await;
    reader.clone().with("x-sdk-name", "no <name>").get("/users").await;
    let used = admin.get("/project/keys/reader").await;
    assert_eq!(used["sdks"], json!(["Node.js", "Python"]));
    let first = used["accessedAt"].clone();
    engine.later(3_600_000);
    reader.get("/users").await;
    assert_eq!(admin.get("/project/keys/reader").await["accessedAt"], first, "once a day is enough");
    engine.later(DAY);
    reader.get("/users").await;
    assert_ne!(admin.get("/project/keys/reader").await["accessedAt"], first);

    let body = json!({ "name": "Teams", "scopes": ["teams.read"], "expire": null });
    let changed = admin.ok(Method::PUT, "/project/keys/reader", &body).await;
    assert_eq!((&changed["name"], &changed["expire"]), (&json!("Teams"), &json!("")));
    assert_eq!(reader.refused(Method::GET, "/users", &Value::Null).await.0, 401);
    assert_eq!(reader.get("/teams").await["total"], 0);
    let of_teams = query(r#"{"method":"contains","attribute":"scopes","values":["teams.read"]}"#);
    let found = admin.get(&format!("/project/keys?queries[0]={of_teams}")).await;
    assert_eq!((&found["total"], &found["keys"][0]["$id"]), (&json!(1), &json!("reader")));
    assert_eq!(
        admin.refused(Method::GET, "/project/keys/none", &Value::Null).await,
        of(404, "key_not_found")
    );
    let user = engine.user("ada").await;
    assert_eq!(user.refused(Method::GET, "/project/keys", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn an_ephemeral_key_lives_shortly_and_never_longer_than_its_maker() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let (maker, _) = key(
        &engine,
        &admin,
        &json!({ "keyId": "maker", "name": "Maker", "scopes": ["users.read", "keys.write", "keys.read"] }),
    )
    .await;
    let ask = async |seconds: i64| {
        let body = json!({ "scopes": ["users.read"], "duration": seconds });
        let made = maker.ok(Method::POST, "/project/keys/ephemeral", &body).await;
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        assert!(secret.starts_with("ephemeral_"));
        engine.guest().with("x-appwrite-key", &secret)
    };
    let (brief, long) = (ask(1).await, ask(3600).await);
    brief.get("/users").await;
    assert_eq!(maker.get("/project/keys").await["total"], 2, "it is listed nowhere");
    engine.later(1_001);
    assert_eq!(brief.refused(Method::GET, "/users", &Value::Null).await, of(401, "project_key_expired"));
    long.get("/users").await;
    for seconds in [0, 3601, -1] {
        let body = json!({ "scopes": ["users.read"], "duration": seconds });
        assert_eq!(maker.refused(Method::POST, "/project/keys/ephemeral", &body).await.0, 400);
    }
    // It goes when its maker may do less, or is gone.
    let less = json!({ "name": "Maker", "scopes": ["keys.write", "keys.read"] });
    admin.ok(Method::PUT, "/project/keys/maker", &less).await;
    assert_eq!(long.refused(Method::GET, "/users", &Value::Null).await.0, 401);
    let more = json!({ "name": "Maker", "scopes": ["keys.write", "keys.read", "users.read"] });
    admin.ok(Method::PUT, "/project/keys/maker", &more).await;
    let last = ask(3600).await;
    admin.ok(Method::DELETE, "/project/keys/maker", &Value::Null).await;
    assert_eq!(last.refused(Method::GET, "/users", &Value::Null).await.0, 401);
}

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
async fn policies_count_from_the_moment_they_are_set() {
    let engine = Running::with(|config| config.accounts.sessions = 3).await;
    let admin = engine.admin();
    assert_eq!(
        admin.get("/project/policies/session-limit").await,
        json!({ "$id": "session-limit", "total": 3 })
    );
    let all = admin.get("/project/policies").await;
    assert_eq!((&all["total"], all["policies"].as_array().expect("a list").len()), (&json!(11), 11));
    let page = query(r#"{"method":"limit","values":[2]}"#);
    assert_eq!(
        admin.get(&format!("/project/policies?queries[0]={page}")).await["policies"][1]["$id"],
        "password-history"
    );
    assert_eq!(admin.refused(Method::GET, "/project/policies/deny-free-email", &Value::Null).await.0, 400);

    let ada = engine.user("ada").await;
    policy(&admin, "session-limit", json!({ "total": 1 })).await;
    let second = engine.sign_in("ada@example.org").await;
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    let strong = admin
        .ok(Method::PATCH, "/project/policies/password-strength", &json!({ "min": 12, "number": true }))
        .await;
    assert_eq!(
        (&strong["min"], &strong["number"], &strong["symbols"]),
        (&json!(12), &json!(true), &json!(false))
    );
    let weak = json!({ "password": "no digit in here", "oldPassword": PASSWORD });
    assert_eq!(
        second.refused(Method::PATCH, "/account/password", &weak).await,
        of(400, "general_argument_invalid")
    );
    policy(&admin, "password-history", json!({ "total": 2 })).await;
    let next = json!({ "password": "a digit 1 in here", "oldPassword": PASSWORD });
    second.ok(Method::PATCH, "/account/password", &next).await;
    policy(&admin, "password-strength", json!({ "number": false })).await;
    let old = json!({ "password": PASSWORD, "oldPassword": "a digit 1 in here" });
    assert_eq!(
        second.refused(Method::PATCH, "/account/password", &old).await.1,
        "user_password_recently_used"
    );

    policy(&admin, "session-limit", json!({ "total": null })).await;
    policy(&admin, "session-duration", json!({ "duration": 3600 })).await;
    let session = second.get("/account/sessions/current").await;
    assert_eq!(session["expire"], "2023-11-14T23:13:20.000+00:00", "sessions that there are end sooner, too");
    engine.later(3_600_001);
    assert_eq!(second.refused(Method::GET, "/account", &Value::Null).await.0, 401);

    let person = |id: &str, email: &str| json!({ "userId": id, "email": email, "password": PASSWORD });
    let guest = engine.guest();
    policy(&admin, "deny-aliased-email", json!({ "enabled": true })).await;
    let aliased = guest.refused(Method::POST, "/account", &person("x", "ben+1@example.org")).await;
    assert_eq!(aliased, of(400, "user_email_not_canonical"));
    guest.ok(Method::POST, "/account", &person("ben", "ben@example.org")).await;
    policy(&admin, "user-limit", json!({ "total": 2 })).await;
    let full = of(501, "user_count_exceeded");
    assert_eq!(guest.refused(Method::POST, "/account", &person("eve", "eve@example.org")).await, full);
    assert_eq!(guest.refused(Method::POST, "/account/sessions/anonymous", &json!({})).await, full);
    // Who asks for a code hears nothing of it, and gets none.
    let code = json!({ "userId": "eve", "email": "eve@example.org" });
    guest.ok(Method::POST, "/account/tokens/email", &code).await;
    assert_eq!(admin.get("/users").await["total"], 2);
    admin.ok(Method::POST, "/users", &person("chloe", "chloe@example.org")).await;

    let engine = engine.restart().await;
    assert_eq!(engine.admin().get("/project/policies/user-limit").await["total"], 2);
    for bad in [json!({}), json!({ "total": 0.5 }), json!({ "total": 5001 }), json!({ "total": "x" })] {
        let path = "/project/policies/user-limit";
        assert_eq!(engine.admin().refused(Method::PATCH, path, &bad).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_new_password_ends_sessions_unless_a_policy_keeps_them() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let (first, second) = (engine.user("ada").await, engine.sign_in("ada@example.org").await);
    policy(&admin, "session-invalidation", json!({ "enabled": false })).await;
    let next = json!({ "password": "another good one", "oldPassword": PASSWORD });
    first.ok(Method::PATCH, "/account/password", &next).await;
    second.get("/account").await;
    policy(&admin, "session-invalidation", json!({ "enabled": true })).await;
    let last = json!({ "password": PASSWORD, "oldPassword": "another good one" });
    first.ok(Method::PATCH, "/account/password", &last).await;
    assert_eq!(second.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    admin.ok(Method::PATCH, "/users/ada/password", &json!({ "password": "by an administrator" })).await;
    assert_eq!(first.refused(Method::GET, "/account", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn people_of_a_team_see_of_each_other_what_a_policy_shows() {
    let engine = Running::start().await;
    let (admin, ada) = (engine.admin(), engine.user("ada").await);
    engine.user("ben").await;
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let members = "/teams/clinic/memberships";
    admin.ok(Method::POST, members, &json!({ "userId": "ben" })).await;
    policy(
        &admin,
        "membership-privacy",
        json!({ "userEmail": false, "userName": false, "userAccessedAt": false }),
    )
    .await;
    let seen = ada.get(members).await;
    for membership in seen["memberships"].as_array().expect("a list") {
        assert_eq!((&membership["userEmail"], &membership["userName"]), (&json!(""), &json!("")));
        assert_eq!(membership["userAccessedAt"], "");
        assert_ne!(membership["userId"], "");
    }
    // What is not shown is not guessed by asking for it, either.
    assert_eq!(ada.get(&format!("{members}?search=ben@example")).await["total"], 0);
    let by_email = query(r#"{"method":"equal","attribute":"userEmail","values":["ben@example.org"]}"#);
    let path = format!("{members}?queries[0]={by_email}");
    assert_eq!(ada.refused(Method::GET, &path, &Value::Null).await, of(400, "general_query_invalid"));
    assert_eq!(admin.get(&path).await["memberships"][0]["userEmail"], "ben@example.org");
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

#[tokio::test]
async fn a_tester_signs_in_with_a_number_that_nobody_has() {
    let engine = Running::with(|config| config.messenger.sms = telestack_engine::Outlet::None).await;
    let admin = engine.admin();
    let guest = engine.guest();
    let (phone, phones) = ("+4930000001", "/project/mock-phones");
    let ask = json!({ "userId": "tess", "phone": phone });
    assert_eq!(guest.refused(Method::POST, "/account/tokens/phone", &ask).await.1, "general_phone_disabled");
    let mock = json!({ "number": phone, "otp": "424242" });
    admin.ok(Method::POST, phones, &mock).await;
    assert_eq!(admin.refused(Method::POST, phones, &mock).await, of(409, "mock_number_already_exists"));
    let token = guest.ok(Method::POST, "/account/tokens/phone", &ask).await;
    let redeem = |secret: &str| json!({ "userId": token["userId"], "secret": secret });
    assert_eq!(guest.refused(Method::PUT, "/account/sessions/phone", &redeem("111111")).await.0, 401);
    guest.ok(Method::PUT, "/account/sessions/phone", &redeem("424242")).await;
    let one = format!("{phones}/%2B4930000001");
    admin.ok(Method::PUT, &one, &json!({ "otp": "111111" })).await;
    assert_eq!(admin.get(&one).await["otp"], "111111");
    assert_eq!(admin.get(phones).await["mockNumbers"][0]["number"], phone);
    for bad in [json!({ "number": phone, "otp": "12345" }), json!({ "number": "123", "otp": "123456" })] {
        assert_eq!(admin.refused(Method::POST, phones, &bad).await.0, 400);
    }
    admin.ok(Method::DELETE, &one, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, &one, &Value::Null).await, of(404, "mock_number_not_found"));
    assert_eq!(guest.refused(Method::POST, "/account/tokens/phone", &ask).await.1, "general_phone_disabled");
    for number in 0..10 {
        admin
            .ok(Method::POST, phones, &json!({ "number": format!("+493000001{number}"), "otp": "123456" }))
            .await;
    }
    assert_eq!(admin.refused(Method::POST, phones, &mock).await, of(400, "mock_number_limit_exceeded"));
}

/// A mail server that takes everything, and what it was told of each connection.
async fn mail_server() -> (std::net::SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let (read, mut write) = socket.into_split();
                let mut lines = BufReader::new(read).lines();
                let (mut heard, mut in_mail) = (String::new(), false);
                let _ = write.write_all(b"220 here\r\n").await;
                while let Ok(Some(line)) = lines.next_line().await {
                    heard.push_str(&line);
                    heard.push('\n');
                    let answer: &[u8] = match (in_mail, line.as_str()) {
                        (true, ".") => {
                            in_mail = false;
                            b"250 kept\r\n"
                        }
                        (true, _) => continue,
                        (false, "DATA") => {
                            in_mail = true;
                            b"354 go on\r\n"
                        }
                        (false, "QUIT") => {
                            let _ = write.write_all(b"221 bye\r\n").await;
                            break;
                        }
                        (false, line) if line.starts_with("EHLO") => b"250-here\r\n250 AUTH PLAIN\r\n",
                        (false, line) if line.starts_with("AUTH") => b"235 come in\r\n",
                        (false, _) => b"250 yes\r\n",
                    };
                    let _ = write.write_all(answer).await;
                }
                let _ = tell.send(heard);
            });
        }
    });
    (address, told)
}

#[tokio::test]
async fn mail_goes_through_the_server_that_was_set_in_the_organisations_own_words() {
    let (address, mut told) = mail_server().await;
    let inside = address.to_string();
    let engine = Running::with(|config| config.inside = vec![inside]).await;
    let admin = engine.admin();
    engine.user("ada").await;
    let smtp = "/project/smtp";
    let invalid = of(400, "project_smtp_config_invalid");
    let mut server = json!({
        "host": "localhost", "port": address.port(), "username": "us", "password": "open sesame",
        "senderEmail": "no-reply@north.example", "senderName": "North", "replyToEmail": "desk@north.example",
        "enabled": true,
    });
    // The name leads inside, and only the address is allowed.
    assert_eq!(admin.refused(Method::PATCH, smtp, &server).await, invalid);
    server["host"] = json!("169.254.169.254");
    assert_eq!(admin.refused(Method::PATCH, smtp, &server).await, invalid);
    let test = json!({ "emails": ["desk@example.org"] });
    assert_eq!(admin.refused(Method::POST, "/project/smtp/tests", &test).await.0, 400);
    server["host"] = json!("127.0.0.1");
    let project = admin.ok(Method::PATCH, smtp, &server).await;
    assert_eq!((&project["smtpEnabled"], &project["smtpPassword"]), (&json!(true), &json!("")));
    assert!(!project.to_string().contains("sesame"));
    told.recv().await.expect("it was tried before it is used");
    admin.ok(Method::POST, "/project/smtp/tests", &test).await;
    let mail = told.recv().await.expect("a mail");
    for part in [
        "RCPT TO:<desk@example.org>",
        "From: North <no-reply@north.example>",
        "Reply-To: desk@north.example",
        "AUTH",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }

    let templates = "/project/templates/email";
    let built_in = admin.get(&format!("{templates}/recovery")).await;
    assert!(built_in["message"].as_str().expect("a message").contains("{{redirect}}"));
    assert_eq!(admin.get(templates).await["total"], 0);
    let own = json!({
        "templateId": "recovery", "locale": "fr", "subject": "Mot de passe de {{project}}",
        "message": "<p>Ici: <a href=\"{{redirect}}\">continuer</a></p>", "senderName": "Nord",
    });
    admin.ok(Method::PATCH, templates, &own).await;
    let useless = json!({ "templateId": "recovery", "locale": "it", "subject": "x", "message": "ciao" });
    assert_eq!(admin.refused(Method::PATCH, templates, &useless).await.0, 400);
    let recovery = json!({ "email": "ada@example.org", "url": "https://app.example.org/new" });
    engine.guest().with("x-appwrite-locale", "fr-CA").ok(Method::POST, "/account/recovery", &recovery).await;
    let mail = told.recv().await.expect("a mail");
    for part in [
        "Subject: Mot de passe de Northlight",
        "From: Nord <no-reply@north.example>",
        "https://app.example.org/new",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    engine.guest().with("x-appwrite-locale", "en").ok(Method::POST, "/account/recovery", &recovery).await;
    assert!(told.recv().await.expect("a mail").contains("A new password for Northlight"));
    assert_eq!(admin.get(templates).await["templates"][0]["locale"], "fr");
    for bad in [
        json!({ "templateId": "welcome", "message": "x" }),
        json!({ "templateId": "recovery", "locale": "french" }),
        json!({ "templateId": "recovery", "subject": "a\nBcc: x@y.z" }),
        json!({ "templateId": "recovery", "senderEmail": "nobody" }),
    ] {
        assert_eq!(admin.refused(Method::PATCH, templates, &bad).await.0, 400, "{bad}");
    }
    // Turned off, mail goes where the configuration says.
    admin.ok(Method::PATCH, smtp, &json!({ "enabled": false })).await;
    engine.guest().ok(Method::POST, "/account/recovery", &recovery).await;
    engine.message("ada@example.org").await;
    for file in ["engine.sqlite", "engine.sqlite-wal"] {
        let bytes = std::fs::read(engine.folder.as_ref().expect("folder").path().join(file)).expect(file);
        assert!(!bytes.windows(11).any(|part| part == b"open sesame"), "the password is kept sealed");
    }
}

#[tokio::test]
async fn a_secret_variable_is_never_read_again() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let all = "/project/variables";
    let open = json!({ "variableId": "open", "key": "REGION", "value": "north", "secret": false });
    assert_eq!(admin.ok(Method::POST, all, &open).await["value"], "north");
    let secret = json!({ "variableId": "secret", "key": "TOKEN", "value": "open sesame" });
    let made = admin.ok(Method::POST, all, &secret).await;
    assert_eq!((&made["value"], &made["secret"]), (&json!(""), &json!(true)));
    let one = "/project/variables/secret";
    for body in [json!({ "secret": false }), json!({ "secret": false, "value": "other" })] {
        assert_eq!(admin.refused(Method::PUT, one, &body).await, of(400, "variable_cannot_unset_secret"));
    }
    admin.ok(Method::PUT, one, &json!({ "key": "KEY" })).await;
    let listed = admin
        .get(&format!(
            "{all}?queries[0]={}",
            query(r#"{"method":"equal","attribute":"key","values":["KEY"]}"#)
        ))
        .await;
    assert_eq!((&listed["total"], &listed["variables"][0]["value"]), (&json!(1), &json!("")));
    let sealed = admin.ok(Method::PUT, "/project/variables/open", &json!({ "secret": true })).await;
    assert_eq!(sealed["value"], "");
    let taken = json!({ "variableId": "third", "key": "KEY", "value": "x" });
    assert_eq!(admin.refused(Method::POST, all, &taken).await, of(409, "variable_already_exists"));
    admin.ok(Method::DELETE, one, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, one, &Value::Null).await, of(404, "variable_not_found"));
}
