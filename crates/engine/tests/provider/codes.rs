//! Codes, tokens that refresh and requests that were left here: each is for one program, and used once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{OAUTH, Program, agree, bearer, browser, path_of, said, sent, start, text};

#[tokio::test]
async fn a_code_is_for_one_program_one_address_one_verifier_and_once() {
    let engine = start().await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({ "type": "public" })).await;
    let other = Program::register(&engine, &maker, "other", &json!({})).await;
    let agree = async || agree(&ada, &program, "openid").await;

    let code = agree().await;
    assert_eq!(other.refused("/token", &other.redeem(&code)).await, "invalid_grant", "another program");
    let mut elsewhere = program.redeem(&code);
    elsewhere[2].1 = "https://notes.example.org/other";
    assert_eq!(program.refused("/token", &elsewhere).await, "invalid_grant", "another address");
    assert_eq!(program.refused("/token", &program.redeem(&code)).await, "invalid_grant", "used up by that");

    let code = agree().await;
    let mut guessed = program.redeem(&code);
    guessed[3].1 = "another-verifier-of-at-least-forty-three-letters";
    assert_eq!(program.refused("/token", &guessed).await, "invalid_grant");
    let code = agree().await;
    assert_eq!(program.refused("/token", &program.redeem(&code)[..3]).await, "invalid_grant", "no verifier");

    let code = agree().await;
    engine.later(60_000);
    assert_eq!(program.refused("/token", &program.redeem(&code)).await, "invalid_grant", "too late");

    // Whoever brings it again, what came of it ends.
    let code = agree().await;
    let tokens = program.tokens(&code).await;
    let lent = bearer(&engine, &tokens).await;
    assert_eq!(lent.get(&format!("{OAUTH}/userinfo")).await["sub"], "ada");
    assert_eq!(program.refused("/token", &program.redeem(&code)).await, "invalid_grant");
    assert_eq!(lent.refused(Method::GET, &format!("{OAUTH}/userinfo"), &Value::Null).await.0, 401);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens["refresh_token"]))];
    assert_eq!(program.refused("/token", &refresh).await, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_family() {
    let engine = start().await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({ "type": "public" })).await;
    let scope = "openid notes.read";
    let first = program.tokens(&agree(&ada, &program, scope).await).await;
    let elsewhere = program.tokens(&agree(&ada, &program, scope).await).await;
    assert_eq!(first["expires_in"], 3600, "a program without a secret has less time");
    let less = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&first["refresh_token"])),
        ("scope", "openid"),
    ];
    let second = program.ok("/token", &less).await;
    assert_eq!(second["scope"], "openid");
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let third = program.refresh(&second["refresh_token"]).await;
    assert_eq!(third["scope"], scope, "what was agreed to stays");
    let more = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&third["refresh_token"])),
        ("scope", "email"),
    ];
    assert_eq!(program.refused("/token", &more).await, "invalid_scope");

    let again = [("grant_type", "refresh_token"), ("refresh_token", text(&first["refresh_token"]))];
    assert_eq!(program.refused("/token", &again).await, "invalid_grant");
    for tokens in [&first, &second, &third] {
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens["refresh_token"]))];
        assert_eq!(program.refused("/token", &refresh).await, "invalid_grant");
        assert_eq!(
            bearer(&engine, tokens)
                .await
                .refused(Method::GET, &format!("{OAUTH}/userinfo"), &Value::Null)
                .await
                .0,
            401
        );
    }
    let elsewhere = program.refresh(&elsewhere["refresh_token"]).await;
    let other = Program::register(&engine, &maker, "other", &json!({ "type": "public" })).await;
    let stolen = [("grant_type", "refresh_token"), ("refresh_token", text(&elsewhere["refresh_token"]))];
    assert_eq!(other.refused("/token", &stolen).await, "invalid_grant");
    // Two at the same time: one has it, and it ends.
    let both = [&stolen, &stolen].map(|form| program.post("/token", form));
    let both = futures_util::future::join_all(both).await;
    assert_eq!(both.iter().filter(|answer| answer.status().is_success()).count(), 1);

    // Given back, all of it is gone; what nobody knows is gone anyway.
    let last = program.tokens(&agree(&ada, &program, scope).await).await;
    assert_eq!(other.ok("/revoke", &[("token", text(&last["refresh_token"]))]).await, json!({}));
    let last = program.refresh(&last["refresh_token"]).await;
    program.ok("/revoke", &[("token", text(&last["refresh_token"]))]).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&last["refresh_token"]))];
    assert_eq!(program.refused("/token", &refresh).await, "invalid_grant");
    assert_eq!(bearer(&engine, &last).await.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    program.ok("/revoke", &[("token", "never-was")]).await;
}

#[tokio::test]
async fn a_request_that_was_left_here_is_taken_up_once_by_its_program() {
    let engine = start().await;
    let (maker, ada) = (engine.user("maker").await, engine.user("ada").await);
    let program = Program::register(&engine, &maker, "notes", &json!({})).await;
    let other = Program::register(&engine, &maker, "other", &json!({})).await;
    let request = program.request("openid");
    let form: Vec<(&str, &str)> = request
        .iter()
        .filter(|(name, _)| name != "client_id")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let left = program.ok("/par", &form).await;
    assert_eq!(left["expires_in"], 600);
    let uri = text(&left["request_uri"]).to_owned();
    let named = |client: &str| {
        vec![
            ("client_id".to_owned(), client.to_owned()),
            ("request_uri".to_owned(), uri.clone()),
            // Beside it nothing counts.
            ("scope".to_owned(), "openid email".to_owned()),
        ]
    };
    assert_eq!(browser(&ada, &path_of(&named(&other.id))).await.0, 400);
    let (_, to) = browser(&engine.guest(), &path_of(&named("notes"))).await;
    assert_eq!(said(&to)["request_uri"], uri, "who has to sign in comes again");
    let asked = sent(&ada, &named("notes")).await;
    let grant = ada.get(&format!("{OAUTH}/grants/{}", text(&asked["grantId"]))).await;
    assert_eq!(grant["scopes"], json!(["openid"]));
    assert_eq!(browser(&ada, &path_of(&named("notes"))).await.0, 400, "once");
    let mut bad = form.clone();
    bad.retain(|(name, _)| *name != "redirect_uri");
    bad.push(("redirect_uri", "https://evil.example.org/"));
    assert_eq!(program.refused("/par", &bad).await, "invalid_request");
    let nobody = Program { id: "notes".into(), secret: Some("wrong".into()), base: engine.base.clone() };
    assert_eq!(nobody.refused("/par", &form).await, "invalid_client");
    let without = Program { id: "notes".into(), secret: None, base: engine.base.clone() };
    assert_eq!(without.refused("/par", &form).await, "invalid_client");
}
