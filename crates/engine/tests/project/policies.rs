//! What an administrator demands of people counts at once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Running},
    of, policy, query,
};

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
