//! API keys open no more than they should.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{DAY, harness::Running, key, of, query};

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
