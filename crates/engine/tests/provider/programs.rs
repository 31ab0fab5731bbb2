//! Programs are their owners'.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{BACK, OAUTH, Program, agree, bearer, harness::Running, of, start, text};

#[tokio::test]
async fn a_program_is_its_owners() {
    let engine = start().await;
    let (ada, ben, eve) = (engine.user("ada").await, engine.user("ben").await, engine.user("eve").await);
    let forged = json!({
        "appId": "notes", "name": "Notes", "redirectUris": [BACK], "tagline": "Notes for all", "tags": ["notes"],
        "logoUri": "https://notes.example.org/logo.png", "postLogoutRedirectUris": ["https://notes.example.org/"],
        "userId": "eve", "labels": ["official"], "secrets": [{ "secret": "mine" }], "$createdAt": "2000-01-01",
    });
    let app = ada.ok(Method::POST, "/apps", &forged).await;
    assert_eq!((&app["userId"], &app["labels"], &app["secrets"]), (&json!("ada"), &json!([]), &json!([])));
    assert_eq!(
        (&app["type"], &app["enabled"], &app["deviceFlow"]),
        (&json!("confidential"), &json!(true), &json!(false))
    );
    assert_eq!(ben.refused(Method::POST, "/apps", &forged).await, of(409, "app_already_exists"));
    assert_eq!(engine.guest().refused(Method::POST, "/apps", &forged).await.0, 401);
    assert_eq!(engine.guest().refused(Method::GET, "/apps/notes", &Value::Null).await.0, 401);

    let secret = ada.ok(Method::POST, "/apps/notes/secrets", &json!({})).await;
    let plain = text(&secret["secret"]).to_owned();
    assert!(plain.ends_with(text(&secret["hint"])) && secret["createdByName"] == "ada");
    let read = ada.get(&format!("/apps/notes/secrets/{}", text(&secret["$id"]))).await;
    assert_eq!(
        (&read["secret"], &read["hint"], &read["lastAccessedAt"]),
        (&json!(""), &secret["hint"], &Value::Null)
    );
    let database = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let whole = [database.clone(), database.with_extension("sqlite-wal")]
        .map(|file| std::fs::read(file).unwrap_or_default())
        .concat();
    assert!(!whole.windows(plain.len()).any(|part| part == plain.as_bytes()), "only its hash is kept");
    assert_eq!(ada.get("/apps/notes").await["secrets"].as_array().map(Vec::len), Some(1));
    let seen = eve.get("/apps/notes").await;
    assert_eq!((&seen["tagline"], &seen["secrets"]), (&json!("Notes for all"), &json!([])));
    assert_eq!(eve.get("/apps").await["total"], 0);
    for (method, path) in [
        (Method::PUT, "/apps/notes"),
        (Method::DELETE, "/apps/notes"),
        (Method::DELETE, "/apps/notes/tokens"),
        (Method::POST, "/apps/notes/secrets"),
        (Method::GET, "/apps/notes/secrets"),
        (Method::POST, "/apps/notes/keys"),
        (Method::GET, "/apps/notes/keys"),
    ] {
        let refused = eve.refused(method, path, &json!({ "name": "Mine" })).await;
        assert_eq!(refused, of(401, "user_unauthorized"), "{path}");
    }
    // Whose secret it is counts, and of which kind.
    let other = Program::register(&engine, &eve, "other", &json!({})).await;
    let stolen = Program { id: "notes".into(), secret: other.secret.clone(), base: engine.base.clone() };
    assert_eq!(stolen.refused("/revoke", &[("token", "x")]).await, "invalid_client");
    let key = ada.ok(Method::POST, "/apps/notes/keys", &json!({})).await;
    let key =
        Program { id: "notes".into(), secret: Some(text(&key["secret"]).into()), base: engine.base.clone() };
    assert_eq!(key.refused("/revoke", &[("token", "x")]).await, "invalid_client");
    let right = Program { id: "notes".into(), secret: Some(plain), base: engine.base.clone() };
    right.ok("/revoke", &[("token", "x")]).await;
    let used = ada.get("/apps/notes/secrets").await;
    assert!(used["total"] == 1 && used["secrets"][0]["lastAccessedAt"].is_string());

    // Labels are the organisation's word.
    let labels = json!({ "labels": ["official"] });
    assert_eq!(ada.refused(Method::PUT, "/apps/notes/labels", &labels).await.0, 401);
    assert_eq!(
        engine.admin().ok(Method::PUT, "/apps/notes/labels", &labels).await["labels"],
        json!(["official"])
    );
    let renamed =
        ada.ok(Method::PUT, "/apps/notes", &json!({ "name": "Notes 2", "tags": [], "labels": [] })).await;
    assert_eq!((&renamed["redirectUris"], &renamed["tags"]), (&json!([BACK]), &json!([])));
    assert_eq!((&renamed["tagline"], &renamed["labels"]), (&json!("Notes for all"), &json!(["official"])));

    // Given to a team, it is its owners'.
    ben.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let team = json!({ "teamId": "clinic" });
    assert_eq!(ada.refused(Method::PATCH, "/apps/notes/team", &team).await, of(401, "user_unauthorized"));
    let member = json!({ "userId": "ada", "roles": ["owner"] });
    engine.admin().ok(Method::POST, "/teams/clinic/memberships", &member).await;
    let ada = engine.sign_in("ada@example.org").await;
    let given = ada.ok(Method::PATCH, "/apps/notes/team", &team).await;
    assert_eq!((&given["teamId"], &given["userId"]), (&json!("clinic"), &json!("")));
    let ben = engine.sign_in("ben@example.org").await;
    assert_eq!(ben.get("/apps").await["total"], 1);

    // Switched off, it is nobody; its tokens end when they are taken from it.
    let web = Program::register(&engine, &ben, "web", &json!({ "type": "public" })).await;
    let tokens = web.tokens(&agree(&ada, &web, "openid").await).await;
    let (lent, userinfo) = (bearer(&engine, &tokens).await, format!("{OAUTH}/userinfo"));
    ben.ok(Method::PUT, "/apps/web", &json!({ "name": "web", "enabled": false })).await;
    assert_eq!(lent.refused(Method::GET, &userinfo, &Value::Null).await.0, 401);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens["refresh_token"]))];
    assert_eq!(web.refused("/token", &refresh).await, "invalid_client");
    ben.ok(Method::PUT, "/apps/web", &json!({ "name": "web", "enabled": true })).await;
    assert_eq!(lent.get(&userinfo).await["sub"], "ada");
    ben.ok(Method::DELETE, "/apps/web/tokens", &Value::Null).await;
    assert_eq!(lent.refused(Method::GET, &userinfo, &Value::Null).await.0, 401);
    ben.ok(Method::DELETE, "/apps/web", &Value::Null).await;
    assert_eq!(ada.get("/account/consents").await["total"], 0);
    assert_eq!(ben.refused(Method::GET, "/apps/web", &Value::Null).await, of(404, "app_not_found"));
}

#[tokio::test]
async fn who_registers_programs_is_the_organisations_decision() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let ada = engine.user("ada").await;
    let app =
        |id: &str, team: &str| json!({ "appId": id, "name": id, "redirectUris": [BACK], "teamId": team });
    // Where nobody says otherwise: administrators, also for somebody's team.
    assert_eq!(
        ada.refused(Method::POST, "/apps", &app("mine", "")).await,
        of(403, "general_access_forbidden")
    );
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let refused = ada.refused(Method::POST, "/apps", &app("ours", "clinic")).await;
    assert_eq!(refused, of(403, "general_access_forbidden"));
    admin.ok(Method::POST, "/apps", &app("ours", "clinic")).await;
    let engine = engine.restart_with(|config| config.accounts.programs = 2).await;
    let (admin, ada) = (engine.admin(), engine.sign_in("ada@example.org").await);
    // What an administrator gave her team is hers to change, and counts.
    ada.ok(Method::PUT, "/apps/ours", &json!({ "name": "Ours" })).await;
    ada.ok(Method::POST, "/apps", &app("mine", "")).await;
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "other", "name": "Other" })).await;
    let ada = engine.sign_in("ada@example.org").await;
    for team in ["", "clinic", "other"] {
        let refused = ada.refused(Method::POST, "/apps", &app("more", team)).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{team}");
    }
    // Neither a gift to a team of hers makes room, nor does it need some.
    ada.ok(Method::PATCH, "/apps/mine/team", &json!({ "teamId": "other" })).await;
    let refused = ada.refused(Method::POST, "/apps", &app("more", "")).await;
    assert_eq!(refused, of(400, "general_argument_invalid"));
    ada.ok(Method::DELETE, "/apps/mine", &Value::Null).await;
    ada.ok(Method::POST, "/apps", &app("more", "")).await;
    let ben = engine.user("ben").await;
    ben.ok(Method::POST, "/apps", &app("his", "")).await;
    admin.ok(Method::POST, "/apps", &app("nobodys", "")).await;
    assert_eq!(
        (ada.get("/apps").await["total"].as_i64(), admin.get("/apps").await["total"].as_i64()),
        (Some(2), Some(4))
    );
}

#[tokio::test]
async fn a_program_is_known_also_where_nothing_can_be_written_any_more() {
    let engine = start().await;
    let ada = engine.user("ada").await;
    let program = Program::register(&engine, &ada, "notes", &json!({})).await;
    // As on a full disk, where it matters: the use of its secret is not noted.
    let database = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let full =
        "CREATE TRIGGER full BEFORE UPDATE OF accessed ON app_secret BEGIN SELECT RAISE(ABORT, 'full'); END";
    rusqlite::Connection::open(database).expect("opened").execute_batch(full).expect("made");
    program.ok("/revoke", &[("token", "x")]).await;
    assert_eq!(ada.get("/apps/notes/secrets").await["secrets"][0]["lastAccessedAt"], Value::Null);
}
