//! A second factor: set up, asked for, answered, lost.

mod harness;

use harness::{Client, PASSWORD, Running};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;
use telestack_engine::Clock as _;

const APP: &str = "/account/mfa/authenticators/totp";
const CHALLENGES: &str = "/account/mfa/challenges";
const CODES: &str = "/account/mfa/recovery-codes";

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

/// What an authenticator app shows that was given `secret`.
fn code(engine: &Running, secret: &Value) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let five = |letter: char| letters.find(letter).expect("base32");
    let bits: Vec<usize> = secret
        .as_str()
        .expect("a secret")
        .chars()
        .flat_map(|letter| (0..5).rev().map(move |bit| five(letter) >> bit & 1))
        .collect();
    let bytes: Vec<u8> = bits
        .chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |value, bit| value << 1 | u8::try_from(*bit).expect("a bit")))
        .collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes).expect("a key");
    mac.update(&(engine.clock.now() / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest[19] & 0xf);
    let word = u32::from_be_bytes(digest[start..start + 4].try_into().expect("four bytes"));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// Ada with an app and with the second factor turned on; the app's secret.
async fn ada_with_an_app(engine: &Running) -> (Client, Value) {
    let ada = engine.user("ada").await;
    let made = ada.ok(Method::POST, APP, &json!({})).await;
    assert!(
        made["uri"].as_str().expect("URI").starts_with("otpauth://totp/Northlight:ada@example.org?secret=")
    );
    let wrong = ada.refused(Method::PUT, APP, &json!({ "otp": "no code" })).await;
    assert_eq!(wrong, of(401, "user_invalid_token"));
    ada.ok(Method::PUT, APP, &json!({ "otp": code(engine, &made["secret"]) })).await;
    assert_eq!(ada.ok(Method::PATCH, "/account/mfa", &json!({ "mfa": true })).await["mfa"], true);
    engine.later(30_000);
    (ada, made["secret"].clone())
}

async fn challenge(client: &Client, factor: &str) -> Value {
    client.ok(Method::POST, CHALLENGES, &json!({ "factor": factor })).await["$id"].clone()
}

#[tokio::test]
async fn a_session_with_one_factor_lists_factors_and_answers_challenges_and_does_nothing_else() {
    let engine = Running::start().await;
    let (ada, secret) = ada_with_an_app(&engine).await;
    ada.get("/account").await;
    let half = engine.sign_in("ada@example.org").await;
    for (method, path) in [
        (Method::GET, "/account"),
        (Method::GET, "/teams"),
        (Method::POST, "/account/jwts"),
        (Method::PATCH, "/account/mfa"),
        (Method::POST, APP),
        (Method::GET, CODES),
        (Method::GET, "/storage/buckets/b/files"),
    ] {
        let refused = half.refused(method, path, &json!({ "mfa": false })).await;
        assert_eq!(refused, of(401, "user_more_factors_required"), "{path}");
    }
    let factors = half.get("/account/mfa/factors").await;
    assert_eq!((&factors["totp"], &factors["email"]), (&json!(true), &json!(false)));
    let id = challenge(&half, "totp").await;
    let body = |otp: &str| json!({ "challengeId": id, "otp": otp });
    let wrong = half.refused(Method::PUT, CHALLENGES, &body("no code")).await;
    assert_eq!(wrong, of(401, "user_invalid_token"));
    // Another session's challenge is nobody else's.
    let other = engine.sign_in("ada@example.org").await;
    assert_eq!(other.refused(Method::PUT, CHALLENGES, &body(&code(&engine, &secret))).await.0, 401);
    let session = half.ok(Method::PUT, CHALLENGES, &body(&code(&engine, &secret))).await;
    assert_eq!(session["factors"], json!(["password", "totp"]));
    assert_eq!(half.get("/account").await["$id"], "ada");
    // Whoever looked on has seen a code that is used up.
    let id = challenge(&other, "totp").await;
    let again = json!({ "challengeId": id, "otp": code(&engine, &secret) });
    assert_eq!(other.refused(Method::PUT, CHALLENGES, &again).await.0, 401);
}

#[tokio::test]
async fn a_second_factor_is_not_guessed() {
    let engine = Running::start().await;
    let (_, secret) = ada_with_an_app(&engine).await;
    let thief = engine.sign_in("ada@example.org").await;
    let id = challenge(&thief, "totp").await;
    for _ in 0..5 {
        let guess = json!({ "challengeId": id, "otp": "no code" });
        assert_eq!(thief.refused(Method::PUT, CHALLENGES, &guess).await.0, 401);
    }
    let right = json!({ "challengeId": id, "otp": code(&engine, &secret) });
    assert_eq!(
        thief.refused(Method::PUT, CHALLENGES, &right).await.0,
        401,
        "five wrong answers end a challenge"
    );
    for _ in 0..14 {
        let guess = json!({ "challengeId": challenge(&thief, "totp").await, "otp": "no code" });
        assert_eq!(thief.refused(Method::PUT, CHALLENGES, &guess).await.0, 401);
    }
    let right = json!({ "challengeId": challenge(&thief, "totp").await, "otp": code(&engine, &secret) });
    assert_eq!(thief.refused(Method::PUT, CHALLENGES, &right).await, of(429, "general_rate_limit_exceeded"));
}

#[tokio::test]
async fn a_lost_app_is_replaced_with_a_recovery_code() {
    let engine = Running::start().await;
    let (ada, secret) = ada_with_an_app(&engine).await;
    let missing = ada.refused(Method::PATCH, CODES, &json!({})).await;
    assert_eq!(missing, of(404, "user_recovery_codes_not_found"));
    let made = ada.ok(Method::POST, CODES, &json!({})).await;
    assert_eq!(made["recoveryCodes"].as_array().map(Vec::len), Some(6));
    let again = ada.refused(Method::POST, CODES, &json!({})).await;
    assert_eq!(again, of(409, "user_recovery_codes_already_exists"));
    let half = engine.sign_in("ada@example.org").await;
    let body =
        json!({ "challengeId": challenge(&half, "recoverycode").await, "otp": made["recoveryCodes"][0] });
    half.ok(Method::PUT, CHALLENGES, &body).await;
    assert_eq!(half.get(CODES).await["recoveryCodes"].as_array().map(Vec::len), Some(5));
    let other = engine.sign_in("ada@example.org").await;
    let used =
        json!({ "challengeId": challenge(&other, "recoverycode").await, "otp": made["recoveryCodes"][0] });
    assert_eq!(other.refused(Method::PUT, CHALLENGES, &used).await.0, 401, "each works once");
    // What opens accounts is shown only shortly after a challenge.
    engine.later(31 * 60_000);
    for (method, path) in [(Method::GET, CODES), (Method::PATCH, CODES), (Method::DELETE, APP)] {
        let refused = half.refused(method, path, &json!({})).await;
        assert_eq!(refused, of(401, "user_challenge_required"), "{path}");
    }
    let body = json!({ "challengeId": challenge(&half, "totp").await, "otp": code(&engine, &secret) });
    half.ok(Method::PUT, CHALLENGES, &body).await;
    half.ok(Method::DELETE, APP, &Value::Null).await;
    let renewed = half.ok(Method::PATCH, CODES, &json!({})).await;
    assert_ne!(renewed["recoveryCodes"], made["recoveryCodes"]);
    // Without an app and a verified address there is no second factor to ask for.
    engine.sign_in("ada@example.org").await.get("/account").await;
}

#[tokio::test]
async fn mail_and_telephone_are_factors_when_they_are_verified() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let refused = ada.refused(Method::POST, CHALLENGES, &json!({ "factor": "email" })).await;
    assert_eq!(refused, of(400, "user_email_not_verified"));
    let refused = ada.refused(Method::POST, CHALLENGES, &json!({ "factor": "phone" })).await;
    assert_eq!(refused, of(400, "user_phone_not_found"));
    let admin = engine.admin();
    admin.ok(Method::PATCH, "/users/ada/phone", &json!({ "number": "+4930123456" })).await;
    admin.ok(Method::PATCH, "/users/ada/verification/phone", &json!({ "phoneVerification": true })).await;
    admin.ok(Method::PATCH, "/users/ada/verification", &json!({ "emailVerification": true })).await;
    ada.ok(Method::PATCH, "/account/mfa", &json!({ "mfa": true })).await;
    for (factor, to) in [("email", "ada@example.org"), ("phone", "+4930123456")] {
        let half = engine.sign_in("ada@example.org").await;
        assert_eq!(half.refused(Method::GET, "/account", &Value::Null).await.0, 401);
        let id = challenge(&half, factor).await;
        let body = json!({ "challengeId": id, "otp": engine.code(to).await });
        half.ok(Method::PUT, CHALLENGES, &body).await;
        assert_eq!(half.get("/account").await["email"], "ada@example.org");
    }
    // The same factor twice is one factor.
    let ask = json!({ "userId": "ada", "email": "ada@example.org" });
    engine.guest().ok(Method::POST, "/account/tokens/email", &ask).await;
    let body = json!({ "userId": "ada", "secret": engine.code("ada@example.org").await });
    let half = engine.begin(Method::POST, "/account/sessions/token", &body).await;
    let id = challenge(&half, "email").await;
    let body = json!({ "challengeId": id, "otp": engine.code("ada@example.org").await });
    half.ok(Method::PUT, CHALLENGES, &body).await;
    assert_eq!(
        half.refused(Method::GET, "/account", &Value::Null).await,
        of(401, "user_more_factors_required")
    );
}

#[tokio::test]
async fn a_half_session_can_sign_in_again_and_hears_nothing() {
    let engine = Running::start().await;
    ada_with_an_app(&engine).await;
    let half = engine.sign_in("ada@example.org").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    half.ok(Method::POST, "/account/sessions/email", &body).await;
    half.get("/ping").await;
    let socket = half.request(Method::GET, "/realtime?project=telestack").send().await.expect("answer");
    assert_eq!(socket.status(), 401);
}

#[tokio::test]
async fn a_half_session_ends_itself_and_no_other() {
    let engine = Running::start().await;
    let (ada, _) = ada_with_an_app(&engine).await;
    let whole = ada.get("/account/sessions/current").await["$id"].clone();
    let half = engine.sign_in("ada@example.org").await;
    let other = format!("/account/sessions/{}", whole.as_str().expect("an id"));
    for path in [other.as_str(), "/account/sessions"] {
        let refused = half.refused(Method::DELETE, path, &Value::Null).await;
        assert_eq!(refused, of(401, "user_more_factors_required"), "{path}");
    }
    half.ok(Method::DELETE, "/account/sessions/current", &Value::Null).await;
    assert_eq!(ada.get("/account/sessions").await["total"], 1);
}
