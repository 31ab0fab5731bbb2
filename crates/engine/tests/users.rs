//! People's accounts as an administrator's program handles them.

mod harness;

use harness::{PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

fn query(queries: &[Value]) -> String {
    let one = |(index, query): (usize, &Value)| {
        let text: String = url::form_urlencoded::byte_serialize(query.to_string().as_bytes()).collect();
        format!("queries[{index}]={text}")
    };
    queries.iter().enumerate().map(one).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn hashes_of_other_systems_let_people_in_and_are_made_anew() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let scrypt = json!({
        "password": "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                     d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
        "passwordSalt": "SodiumChloride", "passwordCpu": 16384, "passwordMemory": 8, "passwordParallel": 1,
        "passwordLength": 64
    });
    let modified = json!({
        "password": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
        "passwordSalt": "42xEC+ixf3L2lw==", "passwordSaltSeparator": "Bw==",
        "passwordSignerKey": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
    });
    for (kind, named, hash, password) in [
        ("md5", "md5", json!({ "password": "144fa7eaa4904e8ee120651997f70dcc" }), "appwrite"),
        ("phpass", "phpass", json!({ "password": "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0" }), "test12345"),
        (
            "bcrypt",
            "bcrypt",
            json!({ "password": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" }),
            "U*U",
        ),
        (
            "sha",
            "sha",
            json!({ "password": "a9993e364706816aba3e25717850c26c9cd0d89d", "passwordVersion": "sha1" }),
            "abc",
        ),
        ("scrypt", "scrypt", scrypt, "pleaseletmein"),
        ("scrypt-modified", "scryptMod", modified, "user1password"),
        (
            "argon2",
            "argon2",
            json!({ "password": "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA" }),
            "password",
        ),
    ] {
        let email = format!("{kind}@example.org");
        let mut new = hash;
        (new["userId"], new["email"]) = (json!(format!("of-{kind}")), json!(email));
        let made = admin.ok(Method::POST, &format!("/users/{kind}"), &new).await;
        assert_eq!((&made["hash"], &made["hashOptions"]["type"]), (&json!(named), &json!(named)), "{made}");
        assert!(!made.to_string().contains("jxspr8Ki"), "the signer's key stays here");
        let right = json!({ "email": email, "password": password });
        let wrong = json!({ "email": email, "password": format!("{password}!") });
        assert_eq!(
            engine.guest().refused(Method::POST, "/account/sessions/email", &wrong).await,
            of(401, "user_invalid_credentials")
        );
        engine.begin(Method::POST, "/account/sessions/email", &right).await;
        let after = admin.get(&format!("/users/of-{kind}")).await;
        assert_eq!(
            (&after["hash"], &after["hashOptions"]["memoryCost"]),
            (&json!("argon2"), &json!(65536)),
            "{kind}"
        );
        assert_eq!(after["passwordUpdate"], made["passwordUpdate"], "{kind}");
        engine.begin(Method::POST, "/account/sessions/email", &right).await;
    }
    let bad = json!({ "userId": "x", "email": "x@example.org", "password": "secret" });
    for kind in ["md5", "bcrypt", "sha", "phpass", "scrypt", "scrypt-modified", "argon2"] {
        let refused = admin.refused(Method::POST, &format!("/users/{kind}"), &bad).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{kind}");
    }
}

#[tokio::test]
async fn every_field_is_set_and_people_are_found_by_it() {
    let engine = Running::start().await;
    let admin = engine.admin();
    admin
        .ok(Method::POST, "/users", &json!({ "userId": "ben", "phone": "+4930123456", "name": "Ben" }))
        .await;
    engine.user("ada").await;
    for (method, path, body, key) in [
        (Method::PATCH, "name", json!({ "name": "Ada Lovelace" }), "name"),
        (Method::PATCH, "email", json!({ "email": "lovelace@example.org" }), "email"),
        (Method::PATCH, "phone", json!({ "number": "+4930999999" }), "phone"),
        (Method::PUT, "labels", json!({ "labels": ["vip"] }), "labels"),
        (Method::PATCH, "verification", json!({ "emailVerification": true }), "emailVerification"),
        (Method::PATCH, "verification/phone", json!({ "phoneVerification": true }), "phoneVerification"),
        (Method::PATCH, "mfa", json!({ "mfa": true }), "mfa"),
    ] {
        let user = admin.ok(method.clone(), &format!("/users/ada/{path}"), &body).await;
        let set = body.as_object().and_then(|body| body.values().next()).expect("one value");
        assert_eq!(user[key], *set, "{path}");
        let missing = admin.refused(method, &format!("/users/ada/{path}"), &json!({})).await;
        assert_eq!(missing, of(400, "general_argument_invalid"), "{path}");
    }
    let taken = admin.refused(Method::PATCH, "/users/ben/phone", &json!({ "number": "+4930999999" })).await;
    assert_eq!(taken, of(409, "user_phone_already_exists"));
    let nobody = admin.refused(Method::PATCH, "/users/nobody/name", &json!({ "name": "N" })).await;
    assert_eq!(nobody, of(404, "user_not_found"));
    admin.ok(Method::PATCH, "/users/ada/prefs", &json!({ "prefs": { "theme": "dark" } })).await;
    assert_eq!(admin.get("/users/ada/prefs").await["theme"], "dark");
    let found = async |queries: &[Value]| {
        let list = admin.get(&format!("/users?{}", query(queries))).await;
        let users = list["users"].as_array().expect("users").clone();
        users.iter().filter_map(|user| user["$id"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let equal = |key: &str, value: Value| json!({ "method": "equal", "attribute": key, "values": [value] });
    assert_eq!(found(&[equal("phoneVerification", json!(true))]).await, ["ada"]);
    assert_eq!(found(&[equal("phone", json!("+4930123456"))]).await, ["ben"]);
    assert_eq!(
        found(&[json!({ "method": "contains", "attribute": "labels", "values": ["vip"] })]).await,
        ["ada"]
    );
    assert_eq!(found(&[json!({ "method": "orderDesc", "attribute": "name" })]).await, ["ben", "ada"]);
    assert_eq!(admin.get("/users?search=4930999").await["users"][0]["$id"], "ada");
    assert_eq!(admin.get("/users?search=%25").await["total"], 0, "a percent sign is a percent sign");
    // An empty value takes it away.
    let bare = admin.ok(Method::PATCH, "/users/ada/email", &json!({ "email": "" })).await;
    assert_eq!((&bare["email"], &bare["emailVerification"]), (&json!(""), &json!(false)));
    admin.ok(Method::PATCH, "/users/ada/password", &json!({ "password": "" })).await;
    assert!(admin.get("/users/ada").await.get("hash").is_none());
    admin.ok(Method::DELETE, "/users/ben", &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, "/users/ben", &Value::Null).await, of(404, "user_not_found"));
}

#[tokio::test]
async fn a_server_speaks_for_somebody_and_takes_it_back() {
    let engine = Running::start().await;
    let admin = engine.admin();
    admin.ok(Method::POST, "/users", &json!({ "userId": "ada" })).await;
    let nothing = admin.refused(Method::POST, "/users/ada/jwts", &json!({})).await;
    assert_eq!(nothing, of(404, "user_session_not_found"));
    let session = admin.ok(Method::POST, "/users/ada/sessions", &json!({})).await;
    let ada = engine.guest().with("x-appwrite-session", session["secret"].as_str().expect("a secret"));
    assert_eq!(ada.get("/account").await["$id"], "ada");
    let jwt = admin.ok(Method::POST, "/users/ada/jwts", &json!({ "duration": 60 })).await;
    let bearer = engine.guest().with("x-appwrite-jwt", jwt["jwt"].as_str().expect("a token"));
    assert_eq!(bearer.get("/account").await["$id"], "ada");
    let token = admin.ok(Method::POST, "/users/ada/tokens", &json!({ "length": 32, "expire": 60 })).await;
    let secret = token["secret"].as_str().expect("a secret");
    assert_eq!(secret.len(), 32);
    let body = json!({ "userId": "ada", "secret": secret });
    let second = engine.begin(Method::POST, "/account/sessions/token", &body).await;
    assert_eq!(admin.get("/users/ada/sessions").await["total"], 2);
    let late = admin.ok(Method::POST, "/users/ada/tokens", &json!({ "expire": 60 })).await;
    engine.later(60_000);
    let late = json!({ "userId": "ada", "secret": late["secret"] });
    assert_eq!(engine.guest().refused(Method::POST, "/account/sessions/token", &late).await.0, 401);
    for bad in [json!({ "length": 3 }), json!({ "length": 129 }), json!({ "expire": 59 })] {
        assert_eq!(admin.refused(Method::POST, "/users/ada/tokens", &bad).await.0, 400);
    }
    let path = format!("/users/ada/sessions/{}", session["$id"].as_str().expect("id"));
    admin.ok(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    assert_eq!(admin.refused(Method::DELETE, &path, &Value::Null).await, of(404, "user_session_not_found"));
    admin.ok(Method::DELETE, "/users/ada/sessions", &Value::Null).await;
    assert_eq!(second.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    let events = admin.get("/users/ada/logs").await;
    assert_eq!(
        (&events["logs"][0]["event"], &events["logs"][0]["mode"]),
        (&json!("session.delete"), &json!("admin"))
    );
}

#[tokio::test]
async fn everybody_is_signed_out_at_once_and_may_come_again() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let second = engine.sign_in("ada@example.org").await;
    let refused = ada.refused(Method::DELETE, "/project/sessions", &Value::Null).await;
    assert_eq!(refused.0, 401, "that is for keys");
    let answer = engine.admin().call(Method::DELETE, "/project/sessions", &Value::Null).await;
    assert_eq!(answer.status(), 204);
    for somebody in [&ada, &ben, &second] {
        assert_eq!(somebody.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    }
    let again = engine.sign_in("ada@example.org").await;
    assert_eq!(again.get("/account/sessions").await["total"], 1);
    assert_eq!(engine.admin().get("/users").await["total"], 2, "keys stay");
}

#[tokio::test]
async fn targets_follow_an_account_and_others_are_added() {
    let engine = Running::start().await;
    let admin = engine.admin();
    engine.user("ada").await;
    let new = json!({
        "targetId": "second", "providerType": "email", "identifier": "Second@example.org", "name": "Home",
        "providerId": "smtp"
    });
    let made = admin.ok(Method::POST, "/users/ada/targets", &new).await;
    assert_eq!((&made["identifier"], &made["providerId"]), (&json!("second@example.org"), &json!("smtp")));
    assert_eq!(
        admin.refused(Method::POST, "/users/ada/targets", &new).await,
        of(409, "user_target_already_exists")
    );
    let bad = json!({ "targetId": "x", "providerType": "pigeon", "identifier": "x" });
    assert_eq!(admin.refused(Method::POST, "/users/ada/targets", &bad).await.0, 400);
    admin.ok(Method::PATCH, "/users/ada/email", &json!({ "email": "lovelace@example.org" })).await;
    let list = admin.get("/users/ada/targets").await;
    let all: Vec<&str> = list["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .filter_map(|t| t["identifier"].as_str())
        .collect();
    assert_eq!(all, ["second@example.org", "lovelace@example.org"]);
    let changed = admin.ok(Method::PATCH, "/users/ada/targets/second", &json!({ "name": "Away" })).await;
    assert_eq!((&changed["name"], &changed["identifier"]), (&json!("Away"), &json!("second@example.org")));
    assert_eq!(admin.get("/users/ada/targets/second").await["name"], "Away");
    admin.ok(Method::DELETE, "/users/ada/targets/second", &Value::Null).await;
    let gone = admin.refused(Method::GET, "/users/ada/targets/second", &Value::Null).await;
    assert_eq!(gone, of(404, "user_target_not_found"));
}

#[tokio::test]
async fn an_administrator_helps_who_lost_their_second_factor() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let ada = engine.user("ada").await;
    let codes = "/users/ada/mfa/recovery-codes";
    assert_eq!(
        admin.refused(Method::GET, codes, &Value::Null).await,
        of(404, "user_recovery_codes_not_found")
    );
    let first = admin.ok(Method::PATCH, codes, &json!({})).await;
    assert_eq!(admin.get(codes).await, first);
    assert_ne!(admin.ok(Method::PUT, codes, &json!({})).await, first);
    assert_eq!(admin.get("/users/ada/mfa/factors").await["recoveryCode"], true);
    let app = "/users/ada/mfa/authenticators/totp";
    assert_eq!(
        admin.refused(Method::DELETE, app, &Value::Null).await,
        of(404, "user_authenticator_not_found")
    );
    ada.ok(Method::POST, "/account/mfa/authenticators/totp", &json!({})).await;
    admin.ok(Method::DELETE, app, &Value::Null).await;
    assert_eq!(admin.get("/users/identities").await["total"], 0);
}

#[tokio::test]
async fn passwords_are_as_the_policy_wants_them() {
    let engine = Running::with(|config| {
        config.accounts.passwords =
            telestack_engine::PasswordPolicy { remembered: 2, dictionary: true, personal_data: true };
    })
    .await;
    let admin = engine.admin();
    let new =
        |password: &str| json!({ "userId": "lovelace", "email": "ada@example.org", "password": password });
    let common = admin.refused(Method::POST, "/users", &new("password1")).await;
    assert_eq!(common, of(400, "general_argument_invalid"));
    let personal = engine.guest().refused(Method::POST, "/account", &new("is-LoveLace-17-x")).await;
    assert_eq!(personal, of(400, "user_password_personal_data"));
    engine.guest().ok(Method::POST, "/account", &new(PASSWORD)).await;
    let ada = engine.sign_in("ada@example.org").await;
    let change = |new: &str, old: &str| json!({ "password": new, "oldPassword": old });
    let path = "/account/password";
    let again = ada.refused(Method::PATCH, path, &change(PASSWORD, PASSWORD)).await;
    assert_eq!(again, of(400, "user_password_recently_used"));
    let (second, third, fourth) =
        ("violet otter lantern 1", "violet otter lantern 2", "violet otter lantern 3");
    ada.ok(Method::PATCH, path, &change(second, PASSWORD)).await;
    ada.ok(Method::PATCH, path, &change(third, second)).await;
    for used in [third, second] {
        let refused = ada.refused(Method::PATCH, path, &change(used, third)).await;
        assert_eq!(refused, of(400, "user_password_recently_used"));
    }
    let by_admin =
        admin.refused(Method::PATCH, "/users/lovelace/password", &json!({ "password": second })).await;
    assert_eq!(by_admin, of(400, "user_password_recently_used"));
    ada.ok(Method::PATCH, path, &change(fourth, third)).await;
    ada.ok(Method::PATCH, path, &change(PASSWORD, fourth)).await;
}

#[tokio::test]
async fn people_cannot_do_any_of_it() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    for (method, path) in [
        (Method::GET, "/users/ada/sessions"),
        (Method::POST, "/users/ada/sessions"),
        (Method::POST, "/users/ada/tokens"),
        (Method::POST, "/users/ada/jwts"),
        (Method::GET, "/users/ada/logs"),
        (Method::GET, "/users/ada/memberships"),
        (Method::GET, "/users/ada/targets"),
        (Method::GET, "/users/ada/mfa/recovery-codes"),
        (Method::PATCH, "/users/ada/verification"),
        (Method::POST, "/users/md5"),
    ] {
        for caller in [engine.guest(), ada.clone()] {
            let refused = caller.refused(method.clone(), path, &json!({})).await;
            assert_eq!(refused, of(401, "general_unauthorized_scope"), "{path}");
        }
    }
    // Nothing but what the route names is taken from a body.
    let forged = json!({
        "name": "Ada", "labels": ["admin"], "emailVerification": true, "status": false, "$id": "root", "mfa": true
    });
    let user = ada.ok(Method::PATCH, "/account/name", &forged).await;
    assert_eq!(
        (&user["labels"], &user["emailVerification"], &user["$id"]),
        (&json!([]), &json!(false), &json!("ada"))
    );
}

#[tokio::test]
async fn whoever_may_act_as_others_does_so_with_their_rights_and_in_their_own_name() {
    let engine = Running::start().await;
    let (admin, ada, op, ben) =
        (engine.admin(), engine.user("ada").await, engine.user("op").await, engine.user("ben").await);
    let by_id = "x-appwrite-impersonate-user-id";
    let as_ada = op.clone().with(by_id, "ada");
    let no = || (401, "general_unauthorized_scope".to_owned());
    let none = json!(null);
    assert_eq!(as_ada.refused(Method::GET, "/account", &none).await, no(), "nobody allowed it");
    let own = json!({ "impersonator": true });
    assert_eq!(op.refused(Method::PATCH, "/users/op/impersonator", &own).await, no());
    assert_eq!(admin.ok(Method::PATCH, "/users/op/impersonator", &own).await["impersonator"], true);

    // They look for whom, and hear nothing of passwords.
    let users = op.get("/users").await;
    assert_eq!(users["total"], 3);
    assert!(users["users"][0].get("hash").is_none());
    assert_eq!(op.get("/users/ada").await["$id"], "ada");
    assert_eq!(op.refused(Method::GET, "/users/ada/sessions", &none).await, no());
    assert_eq!(ben.refused(Method::GET, "/users", &none).await, no());

    let account = as_ada.get("/account").await;
    assert_eq!((&account["$id"], &account["impersonatorUserId"]), (&json!("ada"), &json!("op")));
    let by_mail = op.clone().with("x-appwrite-impersonate-user-email", "Ada@example.org");
    assert_eq!(by_mail.get("/account").await["$id"], "ada");
    assert!(ada.get("/account").await.get("impersonatorUserId").is_none());
    as_ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    assert_eq!(ada.get("/teams/clinic").await["name"], "Clinic");
    assert_eq!(op.refused(Method::GET, "/teams/clinic", &none).await.0, 404, "it is hers and not theirs");
    let entry = admin.get("/activities/events").await["events"][0].clone();
    assert_eq!(
        ["event", "actorId", "actorName", "impersonatedUserId"].map(|key| entry[key].clone()),
        ["teams.create", "op", "op", "ada"].map(|value| json!(value))
    );

    // The account stays its owner's.
    for (method, path) in [
        (Method::PATCH, "/account/name"),
        (Method::PATCH, "/account/password"),
        (Method::PATCH, "/account/status"),
        (Method::POST, "/account/jwts"),
        (Method::GET, "/account/sessions"),
        (Method::GET, "/account/identities"),
        (Method::GET, "/account/mfa/recovery-codes"),
        (Method::DELETE, "/account/sessions/current"),
        (Method::GET, "/realtime"),
    ] {
        assert_eq!(as_ada.refused(method, path, &json!({ "name": "x" })).await, no(), "{path}");
    }
    let query = json!({ "query": "mutation { accountUpdateName(name: \"x\") { _id } }" });
    let answer = as_ada.ok(Method::POST, "/graphql", &query).await;
    assert_eq!(answer["errors"][0]["extensions"]["type"], "general_unauthorized_scope");
    assert_eq!(ada.get("/account").await["name"], "ada");

    // Only a user's own session opens this, and only to somebody who is there.
    assert_eq!(admin.clone().with(by_id, "ada").refused(Method::GET, "/users", &none).await, no());
    let nobody = op.clone().with(by_id, "nobody").refused(Method::GET, "/account", &none).await;
    assert_eq!(nobody, (404, "user_not_found".into()));
    admin.ok(Method::PATCH, "/users/ben/status", &json!({ "status": false })).await;
    let blocked = op.clone().with(by_id, "ben").refused(Method::GET, "/account", &none).await;
    assert_eq!(blocked, (401, "user_blocked".into()));
    let sign_in = json!({ "email": "op@example.org", "password": PASSWORD });
    engine.guest().with(by_id, "ada").ok(Method::POST, "/account/sessions/email", &sign_in).await;

    // A session that needs its second factor acts as nobody, and what was taken away is gone at once.
    let verified = json!({ "emailVerification": true });
    admin.ok(Method::PATCH, "/users/op/verification", &verified).await;
    admin.ok(Method::PATCH, "/users/op/mfa", &json!({ "mfa": true })).await;
    let pending = as_ada.refused(Method::GET, "/account", &none).await;
    assert_eq!(pending, (401, "user_more_factors_required".into()));
    admin.ok(Method::PATCH, "/users/op/mfa", &json!({ "mfa": false })).await;
    as_ada.get("/account").await;
    admin.ok(Method::PATCH, "/users/op/impersonator", &json!({ "impersonator": false })).await;
    assert_eq!(as_ada.refused(Method::GET, "/account", &none).await, no());
}
