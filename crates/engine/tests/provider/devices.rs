//! Devices without a browser show a code, which somebody enters elsewhere.

use reqwest::Method;
use serde_json::json;

use crate::{OAUTH, Program, bearer, of, said, set, start, text};

#[tokio::test]
async fn a_device_without_a_browser_waits_for_somebody() {
    let engine = start().await;
    let (maker, ada, eve) = (engine.user("maker").await, engine.user("ada").await, engine.user("eve").await);
    let tv = Program::register(&engine, &maker, "tv", &json!({ "type": "public" })).await;
    let web = Program::register(&engine, &maker, "web", &json!({ "deviceFlow": false })).await;
    assert_eq!(web.refused("/device_authorization", &[("scope", "openid")]).await, "unauthorized_client");
    let begun = tv.ok("/device_authorization", &[("scope", "openid email")]).await;
    assert_eq!((&begun["interval"], &begun["expires_in"]), (&json!(5), &json!(600)));
    let complete = said(text(&begun["verification_uri_complete"]));
    assert_eq!(complete["user_code"], text(&begun["user_code"]));
    let code = text(&begun["device_code"]).to_owned();
    let ask =
        [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.as_str())];
    assert_eq!(tv.refused("/token", &ask).await, "authorization_pending");
    assert_eq!(tv.refused("/token", &ask).await, "slow_down");
    engine.later(5_000);
    assert_eq!(tv.refused("/token", &ask).await, "slow_down", "it was told to wait longer");
    assert_eq!(web.refused("/token", &ask).await, "invalid_grant", "another program's");
    let grants = format!("{OAUTH}/grants");
    let typed = text(&begun["user_code"]).to_lowercase().replace('-', " ");
    let grant = ada.ok(Method::POST, &grants, &json!({ "user_code": typed })).await;
    assert_eq!(
        (&grant["userId"], &grant["appId"], &grant["redirectUri"]),
        (&json!("ada"), &json!("tv"), &json!(""))
    );
    let again = json!({ "user_code": begun["user_code"] });
    assert_eq!(
        eve.refused(Method::POST, &grants, &again).await,
        of(404, "oauth2_grant_not_found"),
        "Ada has it"
    );
    let approved = ada
        .ok(Method::POST, &format!("{OAUTH}/approve"), &json!({ "grant_id": grant["$id"], "scope": "" }))
        .await;
    assert_eq!(approved["redirectUrl"], "");
    let tokens = tv.ok("/token", &ask).await;
    assert_eq!(tokens["scope"], "openid email", "who somebody is stays");
    assert_eq!(bearer(&engine, &tokens).await.get(&format!("{OAUTH}/userinfo")).await["sub"], "ada");
    assert_eq!(tv.refused("/token", &ask).await, "invalid_grant", "once");

    let begun = tv.ok("/device_authorization", &[("scope", "openid")]).await;
    let code = text(&begun["device_code"]).to_owned();
    let ask =
        [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.as_str())];
    let grant = ada.ok(Method::POST, &grants, &json!({ "user_code": begun["user_code"] })).await;
    ada.ok(Method::POST, &format!("{OAUTH}/reject"), &json!({ "grant_id": grant["$id"] })).await;
    assert_eq!(tv.refused("/token", &ask).await, "access_denied");
    let begun = tv.ok("/device_authorization", &[("scope", "openid")]).await;
    engine.later(600_000);
    let code = text(&begun["device_code"]).to_owned();
    let ask =
        [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.as_str())];
    assert_eq!(tv.refused("/token", &ask).await, "expired_token");
    // A code is not to be found by trying.
    for _ in 0..10 {
        assert_eq!(eve.refused(Method::POST, &grants, &json!({ "user_code": "BCDF-GHJK" })).await.0, 404);
    }
    let refused = eve.refused(Method::POST, &grants, &json!({ "user_code": "BCDF-GHJK" })).await;
    assert_eq!(refused, of(429, "general_rate_limit_exceeded"));
    set(&engine, &json!({ "verificationUrl": "" })).await;
    assert_eq!(tv.refused("/device_authorization", &[("scope", "openid")]).await, "unauthorized_client");
}
