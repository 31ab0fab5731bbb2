//! What somebody changes of their own account, and who hears of it.

mod harness;

use harness::{PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};

const URL: &str = "https://app.example.org/page";

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn a_lost_password_is_replaced_and_whoever_had_it_is_out() {
    let engine = Running::start().await;
    let thief = engine.user("ada").await;
    let guest = engine.guest();
    guest.ok(Method::POST, "/account/recovery", &json!({ "email": "ada@example.org", "url": URL })).await;
    let link = engine.link("ada@example.org").await;
    assert_eq!(link["userId"], "ada");
    let body = |password: &str| json!({ "userId": "ada", "secret": link["secret"], "password": password });
    assert_eq!(guest.refused(Method::PUT, "/account/recovery", &body("short")).await.0, 400);
    let wrong = json!({ "userId": "ada", "secret": "0".repeat(64), "password": "another good password" });
    assert_eq!(guest.refused(Method::PUT, "/account/recovery", &wrong).await, of(401, "user_invalid_token"));
    guest.ok(Method::PUT, "/account/recovery", &body("another good password")).await;
    assert_eq!(thief.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    assert_eq!(guest.refused(Method::PUT, "/account/recovery", &body("a third good password")).await.0, 401);
    let sign_in = json!({ "email": "ada@example.org", "password": "another good password" });
    let ada = engine.begin(Method::POST, "/account/sessions/email", &sign_in).await;
    assert_eq!(ada.get("/account").await["emailVerification"], true);
    guest.ok(Method::POST, "/account/recovery/otp", &json!({ "email": "ada@example.org" })).await;
    let code = engine.code("ada@example.org").await;
    let body = json!({ "userId": "ada", "secret": code, "password": PASSWORD });
    guest.ok(Method::PUT, "/account/recovery/otp", &body).await;
    engine.sign_in("ada@example.org").await;
}

#[tokio::test]
async fn an_address_is_verified_by_link_and_by_code() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let path = "/account/verifications/email";
    ada.ok(Method::POST, path, &json!({ "url": URL })).await;
    let link = engine.link("ada@example.org").await;
    let old = json!({ "userId": link["userId"], "secret": link["secret"] });
    // What went to another address verifies nothing.
    let change = json!({ "email": "lovelace@example.org", "password": PASSWORD });
    ada.ok(Method::PATCH, "/account/email", &change).await;
    assert_eq!(engine.guest().refused(Method::PUT, path, &old).await, of(401, "user_invalid_token"));
    ada.ok(Method::POST, &format!("{path}/otp"), &json!({})).await;
    let code = engine.code("lovelace@example.org").await;
    let body = json!({ "userId": "ada", "secret": code });
    engine.guest().ok(Method::PUT, &format!("{path}/otp"), &body).await;
    assert_eq!(ada.get("/account").await["emailVerification"], true);
    let again = ada.refused(Method::POST, path, &json!({ "url": URL })).await;
    assert_eq!(again, of(409, "user_email_already_verified"));
    // The former way in is no more.
    let former = json!({ "email": "ada@example.org", "password": PASSWORD });
    assert_eq!(engine.guest().refused(Method::POST, "/account/sessions/email", &former).await.0, 401);
}

#[tokio::test]
async fn a_number_is_added_with_the_password_and_verified() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let path = "/account/verifications/phone";
    assert_eq!(ada.refused(Method::POST, path, &json!({})).await, of(400, "user_phone_not_found"));
    let change = |password: &str| json!({ "phone": "+4930123456", "password": password });
    let wrong = ada.refused(Method::PATCH, "/account/phone", &change("wrong password")).await;
    assert_eq!(wrong, of(401, "user_invalid_credentials"));
    ada.ok(Method::PATCH, "/account/phone", &change(PASSWORD)).await;
    let taken = ben.refused(Method::PATCH, "/account/phone", &change(PASSWORD)).await;
    assert_eq!(taken, of(409, "user_phone_already_exists"));
    ada.ok(Method::POST, path, &json!({})).await;
    let code = engine.code("+4930123456").await;
    ada.ok(Method::PUT, path, &json!({ "userId": "ada", "secret": code })).await;
    let account = ada.get("/account").await;
    assert_eq!(account["phoneVerification"], true);
    let kinds: Vec<&Value> = account["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .map(|target| &target["providerType"])
        .collect();
    assert_eq!(kinds, ["email", "sms"]);
}

#[tokio::test]
async fn a_password_is_not_guessed_with_a_stolen_session() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let change = json!({ "password": "another good password", "oldPassword": "wrong password" });
    for _ in 0..10 {
        assert_eq!(ada.refused(Method::PATCH, "/account/password", &change).await.0, 401);
    }
    assert_eq!(ada.refused(Method::PATCH, "/account/password", &change).await.0, 429);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let engine = Running::start().await;
    let (here, there) = (engine.user("ada").await, engine.sign_in("ada@example.org").await);
    let change = json!({ "password": "another good password", "oldPassword": PASSWORD });
    here.ok(Method::PATCH, "/account/password", &change).await;
    here.get("/account").await;
    assert_eq!(there.refused(Method::GET, "/account", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn sessions_are_as_many_as_allowed_and_last_when_refreshed() {
    let engine = Running::with(|config| config.accounts.sessions = 2).await;
    let first = engine.user("ada").await;
    engine.later(1000);
    let second = engine.sign_in("ada@example.org").await;
    engine.later(1000);
    engine.sign_in("ada@example.org").await;
    assert_eq!(first.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    assert_eq!(second.get("/account/sessions").await["total"], 2);
    let before = second.get("/account/sessions/current").await;
    engine.later(300 * 86_400_000);
    let after = second.ok(Method::PATCH, "/account/sessions/current", &json!({})).await;
    assert!(after["expire"].as_str() > before["expire"].as_str());
    assert_eq!((&after["$id"], &after["current"]), (&before["$id"], &json!(true)));
    engine.later(300 * 86_400_000);
    second.get("/account").await;
    engine.later(66 * 86_400_000);
    assert_eq!(second.refused(Method::GET, "/account", &Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_sign_in_is_told_by_mail_where_this_is_wanted() {
    let engine = Running::with(|config| config.accounts.session_alerts = true).await;
    engine.user("ada").await;
    assert!(engine.take_message("ada@example.org").is_none(), "the first one is no news");
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let firefox = engine.guest().with("user-agent", agent);
    firefox.ok(Method::POST, "/account/sessions/email", &body).await;
    let message = engine.message("ada@example.org").await;
    assert!(message["text"].as_str().expect("text").contains("Firefox, GNU/Linux"));
}

#[tokio::test]
async fn what_was_done_is_in_the_log_and_a_device_goes_with_its_session() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    ada.ok(Method::PATCH, "/account/name", &json!({ "name": "Ada" })).await;
    let target = json!({ "targetId": "unique()", "identifier": "device token" });
    let made = ada.ok(Method::POST, "/account/targets/push", &target).await;
    assert_eq!((&made["providerType"], &made["userId"]), (&json!("push"), &json!("ada")));
    let again = ada.refused(Method::POST, "/account/targets/push", &target).await;
    assert_eq!(again, of(409, "user_target_already_exists"));
    let path = format!("/account/targets/{}/push", made["$id"].as_str().expect("id"));
    ada.ok(Method::PUT, &path, &json!({ "identifier": "another token" })).await;
    let ben = engine.user("ben").await;
    assert_eq!(ben.refused(Method::DELETE, &path, &Value::Null).await, of(404, "user_target_not_found"));
    let account = ada.get("/account").await;
    let of_email = account["targets"][0]["$id"].as_str().expect("id");
    let refused =
        ada.refused(Method::DELETE, &format!("/account/targets/{of_email}/push"), &Value::Null).await;
    assert_eq!(refused.0, 404, "an address is no device");
    let logs = ada.get("/account/logs").await;
    let events: Vec<&str> =
        logs["logs"].as_array().expect("logs").iter().filter_map(|log| log["event"].as_str()).collect();
    assert_eq!(events, ["target.update", "target.create", "user.update", "session.create", "user.create"]);
    assert_eq!(logs["logs"][4]["mode"], "admin");
    let limit =
        url::form_urlencoded::byte_serialize(br#"{"method":"limit","values":[1]}"#).collect::<String>();
    let page = ada.get(&format!("/account/logs?queries[0]={limit}")).await;
    assert_eq!((&page["total"], page["logs"].as_array().map(Vec::len)), (&json!(5), Some(1)));
    assert_eq!(ada.get("/account/identities").await, json!({ "total": 0, "identities": [] }));
    ada.ok(Method::DELETE, "/account/sessions/current", &Value::Null).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(ada.get("/account").await["targets"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_account_that_was_closed_stays_closed() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let closed = ada.call(Method::PATCH, "/account/status", &json!({})).await;
    assert_eq!(
        (closed.status().as_u16(), &closed.headers()["x-fallback-cookies"]),
        (200, &"[]".parse().expect("header"))
    );
    assert_eq!(ada.refused(Method::GET, "/account", &Value::Null).await.0, 401);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let refused = engine.guest().refused(Method::POST, "/account/sessions/email", &body).await;
    assert_eq!(refused, of(401, "user_blocked"));
}
