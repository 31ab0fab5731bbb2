//! Somebody signs in to a program, which acts for them as far as they agreed, and signs them out.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{BACK, OAUTH, Program, agree, bearer, browser, notes, of, proven, said, sent, set, start, text};

#[tokio::test]
async fn a_program_signs_somebody_in_and_acts_for_them_as_far_as_they_agreed() {
    let engine = start().await;
    let rows = notes(&engine).await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({})).await;

    let asked = sent(&ada, &program.request("openid email project:rows.read notes.read")).await;
    assert_eq!(asked["redirectUrl"], "");
    let grant = ada.get(&format!("{OAUTH}/grants/{}", text(&asked["grantId"]))).await;
    assert_eq!((&grant["appId"], &grant["userId"]), (&json!("notes"), &json!("ada")));
    assert_eq!(grant["scopes"], json!(["openid", "email", "project:rows.read", "notes.read"]));
    assert_eq!(ada.get("/apps/notes").await["name"], "notes");
    // Ada keeps her notes elsewhere to herself.
    let answer = json!({ "grant_id": asked["grantId"], "scope": "project:rows.read" });
    let approved = ada.ok(Method::POST, &format!("{OAUTH}/approve"), &answer).await;
    let back = text(&approved["redirectUrl"]);
    assert!(back.starts_with(&format!("{BACK}?code=")), "{back}");
    let said = said(back);
    let issuer = format!("{}{OAUTH}", engine.base);
    assert_eq!((said["state"].as_str(), said["iss"].as_str()), ("the state", issuer.as_str()));

    let tokens = program.tokens(&said["code"]).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(28_800)));
    assert_eq!(tokens["scope"], "openid email project:rows.read");
    let (head, id) = proven(&engine, &tokens["id_token"]).await;
    assert_eq!((&head["alg"], &head["typ"]), (&json!("RS256"), &json!("JWT")));
    assert_eq!((&id["iss"], &id["aud"], &id["sub"]), (&json!(issuer), &json!("notes"), &json!("ada")));
    assert_eq!((&id["nonce"], &id["email"]), (&json!("the nonce"), &json!("ada@example.org")));
    assert_eq!(id.get("name"), None, "nobody asked for her name");
    let (head, access) = proven(&engine, &tokens["access_token"]).await;
    assert_eq!((&head["typ"], &access["client_id"]), (&json!("at+jwt"), &json!("notes")));
    assert_eq!((&access["aud"], &access["scope"]), (&json!(issuer), &tokens["scope"]));

    let lent = bearer(&engine, &tokens).await;
    assert_eq!(lent.get(&format!("{OAUTH}/userinfo")).await["email"], "ada@example.org");
    assert_eq!(lent.get(rows).await["total"], 1);
    let row = json!({ "rowId": "two", "data": {} });
    assert_eq!(lent.refused(Method::POST, rows, &row).await, of(401, "general_unauthorized_scope"));
    // Whatever else Ada may do herself, and what nobody needs to be anybody for.
    for (method, path) in [
        (Method::GET, "/account"),
        (Method::POST, "/account/jwts"),
        (Method::GET, "/account/sessions"),
        (Method::GET, "/account/consents"),
        (Method::PATCH, "/account/name"),
        (Method::GET, "/apps"),
        (Method::POST, "/apps"),
        (Method::GET, "/teams"),
        (Method::GET, "/users"),
        (Method::GET, "/project"),
        (Method::GET, "/locale/countries"),
        (Method::POST, "/graphql"),
        (Method::POST, "/account/sessions/anonymous"),
        (Method::GET, "/account/sessions/oauth2/github"),
        (Method::POST, "/oauth2/telestack/approve"),
        (Method::POST, "/oauth2/telestack/grants"),
    ] {
        let refused = lent.refused(method, path, &json!({})).await;
        assert_eq!(refused, of(401, "general_unauthorized_scope"), "{path}");
    }
    // What an administrator takes away no token opens.
    set(&engine, &json!({ "scopes": ["notes.read"] })).await;
    assert_eq!(lent.refused(Method::GET, rows, &Value::Null).await, of(401, "general_unauthorized_scope"));
    set(&engine, &json!({})).await;
    let alive = engine.guest().with("x-appwrite-jwt", text(&tokens["access_token"]));
    assert_eq!(
        alive.refused(Method::GET, rows, &Value::Null).await,
        of(401, "user_jwt_invalid"),
        "no session's JWT"
    );

    engine.later(28_800_001);
    assert_eq!(lent.refused(Method::GET, rows, &Value::Null).await, of(401, "user_jwt_invalid"));
    let fresh = program.refresh(&tokens["refresh_token"]).await;
    assert_eq!(bearer(&engine, &fresh).await.get(rows).await["total"], 1);
    // Who is blocked lends nothing any more.
    engine.admin().ok(Method::PATCH, "/users/ada/status", &json!({ "status": false })).await;
    assert_eq!(bearer(&engine, &fresh).await.refused(Method::GET, rows, &Value::Null).await.0, 401);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&fresh["refresh_token"]))];
    assert_eq!(program.refused("/token", &refresh).await, "invalid_grant");
}

#[tokio::test]
async fn a_program_signs_somebody_out_with_their_id_token() {
    let engine = start().await;
    let (maker, ada, eve) = (engine.user("maker").await, engine.user("ada").await, engine.user("eve").await);
    let out = "https://notes.example.org/out";
    let program =
        Program::register(&engine, &maker, "notes", &json!({ "postLogoutRedirectUris": [out] })).await;
    let tokens = program.tokens(&agree(&ada, &program, "openid").await).await;
    let path = |hint: &str, to: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([("id_token_hint", hint), ("post_logout_redirect_uri", to), ("state", "s")]);
        format!("{OAUTH}/logout?{}", query.finish())
    };
    let hint = text(&tokens["id_token"]);
    for bad in [
        path("", out),
        path("a.b.c", out),
        path(text(&tokens["access_token"]), out),
        path(hint, "https://evil.example.org/"),
        path(hint, "https://notes.example.org/out/"),
    ] {
        assert_eq!(browser(&ada, &bad).await, (400, String::new()), "{bad}");
    }
    assert_eq!(ada.get("/account").await["$id"], "ada", "still signed in");
    assert_eq!(browser(&eve, &path(hint, out)).await, (303, format!("{out}?state=s")));
    assert_eq!(eve.get("/account").await["$id"], "eve", "it was not hers");
    assert_eq!(browser(&ada, &path(hint, out)).await, (303, format!("{out}?state=s")));
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await.0, 401);
}
