//! What programs and servers of the organisation's own read here, and what they prove with it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{CONSENT, HTTP, OAUTH, Program, bearer, notes, of, proven, said, sent, start, text};

#[tokio::test]
async fn tokens_for_other_servers_are_proven_there_and_open_nothing_here() {
    let engine = start().await;
    let rows = notes(&engine).await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({})).await;
    let other = Program::register(&engine, &maker, "other", &json!({})).await;
    let mut request = program.request("openid project:rows.read notes.read");
    request.push(("resource".into(), "https://api.example.org".into()));
    request.push(("resource".into(), engine.base.clone()));
    request.push(("authorization_details".into(), r#"[{"type":"payment","amount":5}]"#.into()));
    let asked = sent(&ada, &request).await;
    let grant = ada.get(&format!("{OAUTH}/grants/{}", text(&asked["grantId"]))).await;
    assert_eq!(grant["resources"], json!(["https://api.example.org", engine.base]));
    assert_eq!(grant["authorizationDetails"], r#"[{"amount":5,"type":"payment"}]"#);
    // The page of consent names what was chosen.
    let chosen = json!({ "grant_id": asked["grantId"], "authorization_details": r#"[{"type":"payment","amount":4}]"# });
    let approved = ada.ok(Method::POST, &format!("{OAUTH}/approve"), &chosen).await;
    let code = said(text(&approved["redirectUrl"]))["code"].clone();
    let tokens = program.tokens(&code).await;
    assert_eq!(tokens["authorization_details"], r#"[{"amount":4,"type":"payment"}]"#);
    let (_, claims) = proven(&engine, &tokens["access_token"]).await;
    assert_eq!(
        (&claims["aud"], &claims["authorization_details"][0]["amount"]),
        (&grant["resources"], &json!(4))
    );
    assert_eq!(bearer(&engine, &tokens).await.get(rows).await["total"], 1, "we are one of them");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens["refresh_token"])),
        ("resource", "https://api.example.org"),
    ];
    let there = program.ok("/token", &refresh).await;
    let (_, claims) = proven(&engine, &there["access_token"]).await;
    assert_eq!(claims["aud"], json!(["https://api.example.org"]));
    assert_eq!(bearer(&engine, &there).await.refused(Method::GET, rows, &Value::Null).await.0, 401);
    let elsewhere = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&there["refresh_token"])),
        ("resource", "https://evil.example.org"),
    ];
    assert_eq!(program.refused("/token", &elsewhere).await, "invalid_target");

    // What a token is, whoever was given it asks, and whoever has the key for it.
    let told = program.ok("/introspect", &[("token", text(&there["access_token"]))]).await;
    assert_eq!(
        (&told["active"], &told["sub"], &told["client_id"]),
        (&json!(true), &json!("ada"), &json!("notes"))
    );
    let token = [("token", text(&there["access_token"]))];
    assert_eq!(other.ok("/introspect", &token).await, json!({ "active": false }));
    let asks = json!({ "token": there["access_token"] });
    assert_eq!(engine.admin().ok(Method::POST, &format!("{OAUTH}/introspect"), &asks).await["active"], true);
    engine.later(28_800_000);
    assert_eq!(program.ok("/introspect", &token).await, json!({ "active": false }));

    // After a start the same key proves them.
    let engine = engine.restart().await;
    proven(&engine, &there["access_token"]).await;
}

#[tokio::test]
async fn programs_read_where_everything_is_and_pages_of_theirs_may_call_it() {
    let engine = start().await;
    let ada = engine.user("ada").await;
    let found = engine.guest().get(&format!("{OAUTH}/.well-known/openid-configuration")).await;
    let issuer = format!("{}{OAUTH}", engine.base);
    assert_eq!(
        (&found["issuer"], &found["code_challenge_methods_supported"]),
        (&json!(issuer), &json!(["S256"]))
    );
    assert_eq!(found["token_endpoint"], format!("{issuer}/token"));
    assert!(found["scopes_supported"].as_array().expect("a list").contains(&json!("notes.read")));
    assert_eq!(engine.guest().get(&format!("{OAUTH}/.well-known/oauth-authorization-server")).await, found);
    let keys = engine.guest().get(&format!("{OAUTH}/.well-known/jwks.json")).await;
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        keys["keys"][0].as_object().map(serde_json::Map::len),
        Some(6),
        "kty, n, e, alg, use, kid: {keys}"
    );

    let page = ada.clone().with("origin", "https://notes.example.org");
    let answer =
        page.call(Method::POST, &format!("{OAUTH}/token"), &json!({ "grant_type": "password" })).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    let answer = page.call(Method::OPTIONS, &format!("{OAUTH}/token"), &Value::Null).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(page.refused(Method::GET, "/account", &Value::Null).await, of(403, "general_unknown_origin"));
    // A session is no access token, also from a page.
    assert_eq!(
        page.refused(Method::GET, &format!("{OAUTH}/userinfo"), &Value::Null).await,
        of(401, "oauth2_invalid_token")
    );
    let program = Program::register(&engine, &ada, "notes", &json!({})).await;
    for (grant, error) in
        [("client_credentials", "unsupported_grant_type"), ("password", "unsupported_grant_type")]
    {
        assert_eq!(program.refused("/token", &[("grant_type", grant)]).await, error);
    }
    let basic = HTTP
        .post(format!("{}{OAUTH}/revoke", engine.base))
        .basic_auth("notes", program.secret.as_ref())
        .form(&[("token", "x")]);
    assert_eq!(basic.send().await.expect("answered").status(), 200);
    let wrong = HTTP.post(format!("{}{OAUTH}/token", engine.base)).basic_auth("notes", Some("wrong"));
    let wrong = wrong.form(&[("grant_type", "refresh_token")]).send().await.expect("answered");
    assert_eq!(wrong.status(), 401);
    assert!(wrong.headers()["www-authenticate"].to_str().expect("text").starts_with("Basic"));
    let scopes = ada.get("/apps/scopes/oauth2").await;
    assert_eq!((&scopes["total"], &scopes["scopes"][0]["value"]), (&json!(8), &json!("openid")));
    assert_eq!(ada.get("/apps/scopes/installations").await["total"], 4);
    let project = engine.admin().get("/project").await;
    assert_eq!(
        (&project["oAuth2ServerEnabled"], &project["oAuth2ServerConfidentialPkce"]),
        (&json!(true), &json!(true))
    );
    // Somebody with a key for other things changes none of it.
    assert_eq!(ada.refused(Method::PUT, "/project/oauth2-server", &json!({ "enabled": false })).await.0, 401);
    let asks_for_users =
        json!({ "enabled": true, "authorizationUrl": CONSENT, "scopes": ["project:users.read"] });
    let refused = engine.admin().refused(Method::PUT, "/project/oauth2-server", &asks_for_users).await;
    assert_eq!(refused, of(400, "general_argument_invalid"));
}
