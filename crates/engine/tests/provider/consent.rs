//! Who is asked, who answers, where they are sent, and how they take it back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    BACK, CONSENT, OAUTH, Program, agree, bearer, browser, of, path_of, said, sent, set, start, text,
};

#[tokio::test]
async fn nobody_is_sent_to_a_strangers_page() {
    let engine = start().await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({ "type": "public" })).await;
    let with = |name: &str, value: &str| {
        let mut request = program.request("openid");
        request.retain(|(known, _)| known != name);
        if !value.is_empty() {
            request.push((name.to_owned(), value.to_owned()));
        }
        path_of(&request)
    };
    for path in [
        with("client_id", "nobody"),
        with("client_id", "https://evil.example.org/client.json"),
        with("redirect_uri", "https://evil.example.org/"),
        with("redirect_uri", "https://notes.example.org/back/"),
        with("redirect_uri", "https://notes.example.org/back?x=1"),
        with("redirect_uri", ""),
        format!("{}&redirect_uri=https%3A%2F%2Fevil.example.org", with("", "")),
    ] {
        assert_eq!(browser(&ada, &path).await, (400, String::new()), "{path}");
    }
    // From here on the program hears what is wrong.
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "id_token", "unsupported_response_type"),
        ("scope", "openid everything", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "consent_required"),
        ("authorization_details", r#"[{"type":"house"}]"#, "invalid_authorization_details"),
    ] {
        let (status, to) = browser(&ada, &with(name, value)).await;
        assert!(status == 303 && to.starts_with(&format!("{BACK}?")), "{status} {to}");
        let said = said(&to);
        assert_eq!((said["error"].as_str(), said["state"].as_str()), (error, "the state"));
        assert!(said.contains_key("iss") && !said.contains_key("code"));
    }
    // A browser goes to the organisation's page, and who is not signed in takes the request along.
    let (status, to) = browser(&ada, &with("", "")).await;
    assert!(status == 303 && to.starts_with(&format!("{CONSENT}?grant_id=")), "{to}");
    let (status, to) = browser(&engine.guest(), &with("", "")).await;
    assert!(status == 303 && to.starts_with(&format!("{CONSENT}?client_id=notes&")), "{to}");
    assert_eq!(said(&to)["redirect_uri"], BACK);
    let (_, to) = browser(&engine.guest(), &with("prompt", "none")).await;
    assert_eq!(said(&to)["error"], "login_required");
    // Addresses that would be dangerous cannot be registered.
    for uri in [
        "javascript:alert(1)",
        "http://notes.example.org/",
        "https://a@b.example.org/",
        "https://a.example.org/#x",
    ] {
        let app = json!({ "appId": "evil", "name": "Evil", "redirectUris": [uri] });
        assert_eq!(
            maker.refused(Method::POST, "/apps", &app).await,
            of(400, "general_argument_invalid"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn only_who_is_asked_answers() {
    let engine = start().await;
    let (maker, ada, eve) = (engine.user("maker").await, engine.user("ada").await, engine.user("eve").await);
    let program = Program::register(&engine, &maker, "notes", &json!({})).await;
    let asked = sent(&ada, &program.request("openid email")).await;
    let (grant, approve) =
        (format!("{OAUTH}/grants/{}", text(&asked["grantId"])), format!("{OAUTH}/approve"));
    let (yes, no) = (json!({ "grant_id": asked["grantId"] }), format!("{OAUTH}/reject"));
    for stranger in [&eve, &maker] {
        assert_eq!(
            stranger.refused(Method::GET, &grant, &Value::Null).await,
            of(404, "oauth2_grant_not_found")
        );
        assert_eq!(stranger.refused(Method::POST, &approve, &yes).await, of(404, "oauth2_grant_not_found"));
        assert_eq!(stranger.refused(Method::POST, &no, &yes).await, of(404, "oauth2_grant_not_found"));
    }
    assert_eq!(engine.guest().refused(Method::POST, &approve, &yes).await.0, 401);
    assert_eq!(
        engine.admin().refused(Method::POST, &approve, &yes).await.0,
        401,
        "nobody agrees in her name"
    );
    assert_eq!(engine.admin().get(&grant).await["userId"], "ada");
    // A page of somebody else, in Ada's browser.
    let page = ada.clone().with("origin", "https://evil.example.org");
    assert_eq!(page.refused(Method::POST, &approve, &yes).await, of(403, "general_unknown_origin"));
    let sandboxed = ada.clone().with("origin", "null");
    assert_eq!(sandboxed.refused(Method::POST, &approve, &yes).await, of(403, "general_unknown_origin"));
    // More than was asked for is not to be agreed to.
    let more = json!({ "grant_id": asked["grantId"], "scope": "openid project:rows.read" });
    assert_eq!(ada.refused(Method::POST, &approve, &more).await, of(400, "oauth2_invalid_scope"));
    let rejected = ada.ok(Method::POST, &no, &yes).await;
    let told = said(text(&rejected["redirectUrl"]));
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("access_denied", "the state"));
    assert_eq!(ada.refused(Method::POST, &approve, &yes).await, of(404, "oauth2_grant_not_found"), "once");

    // Who is to show again who they are has to, before they agree.
    let mut request = program.request("openid");
    request.push(("prompt".into(), "login".into()));
    engine.later(1_000);
    let asked = sent(&ada, &request).await;
    let yes = json!({ "grant_id": asked["grantId"] });
    assert_eq!(ada.refused(Method::POST, &approve, &yes).await, of(401, "oauth2_login_required"));
    let again = engine.sign_in("ada@example.org").await;
    assert!(again.ok(Method::POST, &approve, &yes).await["redirectUrl"].is_string());
    let asked = sent(&ada, &program.request("openid email")).await;
    engine.later(600_000);
    let late = json!({ "grant_id": asked["grantId"] });
    assert_eq!(ada.refused(Method::POST, &approve, &late).await.0, 404, "too late");

    // An address that the owners take away meanwhile gets no code.
    let asked = sent(&ada, &program.request("openid email")).await;
    let moved = json!({ "name": "notes", "redirectUris": ["https://new.example.org/back"] });
    maker.ok(Method::PUT, "/apps/notes", &moved).await;
    let yes = json!({ "grant_id": asked["grantId"] });
    for path in [&approve, &no] {
        assert_eq!(ada.refused(Method::POST, path, &yes).await, of(404, "oauth2_grant_not_found"));
    }

    // Nothing of all this is there while it is off.
    set(&engine, &json!({ "enabled": false })).await;
    for path in ["/authorize", "/.well-known/openid-configuration", "/.well-known/jwks.json"] {
        let refused = ada.refused(Method::GET, &format!("{OAUTH}{path}"), &Value::Null).await;
        assert_eq!(refused, of(403, "general_service_disabled"), "{path}");
    }
    assert_eq!(
        ada.refused(Method::GET, "/oauth2/other/authorize", &Value::Null).await,
        of(404, "project_not_found")
    );
}

#[tokio::test]
async fn people_see_what_they_agreed_to_and_take_it_back() {
    let engine = start().await;
    let (maker, ada, eve) = (engine.user("maker").await, engine.user("ada").await, engine.user("eve").await);
    let program = Program::register(&engine, &maker, "notes", &json!({})).await;
    let native = json!({ "type": "public", "redirectUris": [BACK, "org.example.notes:/back"] });
    let native = Program::register(&engine, &maker, "native", &native).await;
    let scope = "openid notes.read";
    let tokens = program.tokens(&agree(&ada, &program, scope).await).await;
    // She agreed before: nobody asks again, for so much or less.
    let code = said(text(&sent(&ada, &program.request("openid")).await["redirectUrl"]))["code"].clone();
    let less = program.tokens(&code).await;
    assert_eq!(less["scope"], "openid");
    assert_ne!(sent(&ada, &program.request("openid email")).await["grantId"], "", "more is asked for");
    let mut again = program.request("openid");
    again.push(("prompt".into(), "consent".into()));
    assert_ne!(sent(&ada, &again).await["grantId"], "");
    // A scheme of an app's own can be taken by another app.
    agree(&ada, &native, "openid").await;
    let mut request = native.request("openid");
    request[1].1 = "org.example.notes:/back".into();
    assert_ne!(sent(&ada, &request).await["grantId"], "");
    assert_eq!(sent(&ada, &native.request("openid")).await["grantId"], "");

    let consents = ada.get("/account/consents").await;
    assert_eq!(consents["total"], 2);
    let consent = &consents["consents"][0];
    assert_eq!((&consent["appId"], &consent["scopes"]), (&json!("notes"), &json!(["openid", "notes.read"])));
    assert_eq!((&consent["cimdUrl"], &consent["authorizationDetails"]), (&json!(""), &json!("[]")));
    let one = format!("/account/consents/{}", text(&consent["$id"]));
    assert_eq!(ada.get(&one).await, *consent);
    let devices = ada.get(&format!("{one}/tokens")).await;
    assert_eq!(devices["total"], 2);
    assert!(!devices.to_string().contains(text(&tokens["refresh_token"])));
    let device = format!("{one}/tokens/{}", text(&devices["tokens"][1]["$id"]));
    assert_eq!(ada.get(&device).await["scopes"], json!(["openid"]));
    for path in [&one, &device, &format!("{one}/tokens")] {
        assert_eq!(eve.refused(Method::GET, path, &Value::Null).await.0, 404, "{path}");
    }
    assert_eq!(eve.refused(Method::DELETE, &one, &Value::Null).await, of(404, "oauth2_consent_not_found"));
    assert_eq!(eve.refused(Method::DELETE, &device, &Value::Null).await, of(404, "oauth2_token_not_found"));
    assert_eq!(eve.get("/account/consents").await["total"], 0);

    ada.ok(Method::DELETE, &device, &Value::Null).await;
    let userinfo = format!("{OAUTH}/userinfo");
    assert_eq!(bearer(&engine, &less).await.refused(Method::GET, &userinfo, &Value::Null).await.0, 401);
    assert_eq!(bearer(&engine, &tokens).await.get(&userinfo).await["sub"], "ada");
    ada.ok(Method::DELETE, &one, &Value::Null).await;
    assert_eq!(bearer(&engine, &tokens).await.refused(Method::GET, &userinfo, &Value::Null).await.0, 401);
    assert_ne!(sent(&ada, &program.request("openid")).await["grantId"], "", "asked anew");
    // With an account everything goes that it agreed to.
    let left = native.tokens(&agree(&eve, &native, "openid").await).await;
    engine.admin().ok(Method::DELETE, "/users/eve", &Value::Null).await;
    assert_eq!(bearer(&engine, &left).await.refused(Method::GET, &userinfo, &Value::Null).await.0, 401);
}
