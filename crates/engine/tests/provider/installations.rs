//! Teams let programs act for them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{OAUTH, Program, agree, bearer, notes, of, proven, start, text};

#[tokio::test]
async fn a_team_installs_a_program_that_acts_by_itself() {
    let engine = start().await;
    let rows = notes(&engine).await;
    let (maker, ada, ben) = (engine.user("maker").await, engine.user("ada").await, engine.user("ben").await);
    let team = json!({ "teamId": "clinic", "name": "Clinic" });
    ada.ok(Method::POST, "/teams", &team).await;
    let member = json!({ "userId": "ben", "roles": ["nurse"] });
    engine.admin().ok(Method::POST, "/teams/clinic/memberships", &member).await;
    let program = Program::register(&engine, &maker, "sync", &json!({})).await;
    let asks = json!({ "name": "Sync", "installationScopes": ["project:rows.read"] });
    maker.ok(Method::PUT, "/apps/sync", &asks).await;
    let (all, install) = ("/teams/clinic/installations", json!({ "appId": "sync" }));
    assert_eq!(ben.refused(Method::POST, all, &install).await, of(401, "user_unauthorized"));
    assert_eq!(maker.refused(Method::POST, all, &install).await, of(404, "team_not_found"));
    let details = json!({ "appId": "sync", "authorizationDetails": r#"[{"type":"payment","limit":5}]"# });
    let installed = ada.ok(Method::POST, all, &details).await;
    assert_eq!(
        (&installed["scopes"], &installed["createdById"]),
        (&json!(["project:rows.read"]), &json!("ada"))
    );
    assert_eq!(ada.refused(Method::POST, all, &install).await, of(409, "app_installation_already_exists"));
    assert_eq!(ben.get(all).await["total"], 1);
    assert_eq!(maker.refused(Method::GET, all, &Value::Null).await.0, 404);

    // The maker cannot list them; the program can, with its key.
    let of_app = "/apps/sync/installations";
    assert_eq!(maker.refused(Method::GET, of_app, &Value::Null).await.0, 401);
    assert_eq!(engine.admin().refused(Method::GET, of_app, &Value::Null).await.0, 401);
    let key = maker.ok(Method::POST, "/apps/sync/keys", &json!({})).await;
    let app = engine.guest().with("x-appwrite-key", text(&key["secret"])).with("x-appwrite-app", "sync");
    assert_eq!(app.get(of_app).await["installations"][0]["teamId"], "clinic");
    assert_eq!(
        app.refused(Method::GET, rows, &Value::Null).await.0,
        401,
        "a program's key opens nothing else"
    );
    assert_eq!(app.refused(Method::GET, "/apps", &Value::Null).await.0, 401);
    assert_eq!(app.refused(Method::GET, "/ping", &Value::Null).await.0, 401);
    let secret = engine.guest().with("x-appwrite-key", program.secret.as_deref().expect("one"));
    assert_eq!(secret.with("x-appwrite-app", "sync").refused(Method::GET, of_app, &Value::Null).await.0, 401);
    let one = format!("{of_app}/{}", text(&installed["$id"]));
    let tokens = app.ok(Method::POST, &format!("{one}/tokens"), &json!({})).await;
    assert_eq!((&tokens["refresh_token"], &tokens["expires_in"]), (&json!(""), &json!(3600)));
    assert!(app.get(&one).await["lastAccessedAt"].is_string());
    let (_, claims) = proven(&engine, &tokens["access_token"]).await;
    assert_eq!(
        (&claims["sub"], &claims["authorization_details"][0]["limit"]),
        (&json!("app:sync"), &json!(5))
    );

    // It reads what the team reads, and is nobody in it.
    let lent = bearer(&engine, &tokens).await;
    assert_eq!(lent.get(rows).await["total"], 1);
    assert_eq!(lent.refused(Method::POST, rows, &json!({ "rowId": "x", "data": {} })).await.0, 401);
    assert_eq!(lent.refused(Method::GET, &format!("{OAUTH}/userinfo"), &Value::Null).await.0, 401);
    engine
        .admin()
        .ok(
            Method::PUT,
            "/tablesdb/main/tables/notes",
            &json!({ "name": "Notes", "permissions": ["read(\"users\")"] }),
        )
        .await;
    assert_eq!(lent.refused(Method::GET, rows, &Value::Null).await.0, 401, "it is no user");

    // A change ends what it had, and so does its end.
    let theirs = format!("{all}/{}", text(&installed["$id"]));
    let updated = ada.ok(Method::PUT, &theirs, &json!({})).await;
    assert_eq!(updated["authorizationDetails"], json!([{ "type": "payment", "limit": 5 }]));
    assert_eq!(lent.refused(Method::GET, rows, &Value::Null).await, of(401, "user_jwt_invalid"));
    assert_eq!(ben.refused(Method::DELETE, &theirs, &Value::Null).await.0, 401);
    ada.ok(Method::DELETE, &theirs, &Value::Null).await;
    assert_eq!(
        app.refused(Method::POST, &format!("{one}/tokens"), &json!({})).await,
        of(404, "app_installation_not_found")
    );

    // Its maker may take it away from a team, too.
    let again = ada.ok(Method::POST, all, &install).await;
    let again = format!("{of_app}/{}", text(&again["$id"]));
    assert_eq!(ben.refused(Method::DELETE, &again, &Value::Null).await, of(401, "user_unauthorized"));
    maker.ok(Method::DELETE, &again, &Value::Null).await;
    assert_eq!(ada.get(all).await["total"], 0);
    assert_eq!(
        maker.refused(Method::DELETE, &again, &Value::Null).await,
        of(404, "app_installation_not_found")
    );

    // A program that acts for an owner installs no other.
    let tokens =
        program.tokens(&agree(&ada, &program, "openid project:teams.write project:teams.read").await).await;
    let lent = bearer(&engine, &tokens).await;
    assert_eq!(lent.get("/teams").await["total"], 1);
    assert_eq!(lent.refused(Method::POST, all, &install).await, of(401, "general_unauthorized_scope"));
    assert_eq!(lent.refused(Method::GET, all, &Value::Null).await, of(401, "general_unauthorized_scope"));
}
