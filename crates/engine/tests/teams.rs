//! Teams that people make, and how others come in.

mod harness;

use harness::{Client, Running};
use reqwest::Method;
use serde_json::{Value, json};

const MEMBERS: &str = "/teams/clinic/memberships";
const URL: &str = "https://app.example.org/join";

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

/// Ada, who made a team.
async fn ada_with_a_team(engine: &Running) -> Client {
    let ada = engine.user("ada").await;
    let team = ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    assert_eq!(team["total"], 1);
    ada
}

#[tokio::test]
async fn whoever_makes_a_team_owns_it() {
    let engine = Running::start().await;
    let ada = ada_with_a_team(&engine).await;
    let ben = engine.user("ben").await;
    assert_eq!(ada.get(MEMBERS).await["memberships"][0]["roles"], json!(["owner"]));
    let new = json!({ "teamId": "clinic", "name": "Clinic" });
    assert_eq!(ben.refused(Method::POST, "/teams", &new).await, of(409, "team_already_exists"));
    assert_eq!(engine.guest().refused(Method::POST, "/teams", &new).await.0, 401);
    engine.admin().ok(Method::POST, MEMBERS, &json!({ "userId": "ben", "roles": ["nurse"] })).await;
    let name = json!({ "name": "Practice" });
    assert_eq!(ben.refused(Method::PUT, "/teams/clinic", &name).await, of(401, "user_unauthorized"));
    assert_eq!(ben.refused(Method::DELETE, "/teams/clinic", &Value::Null).await.0, 401);
    assert_eq!(ben.refused(Method::PUT, "/teams/clinic/prefs", &json!({ "prefs": {} })).await.0, 401);
    assert_eq!(ada.ok(Method::PUT, "/teams/clinic", &name).await["name"], "Practice");
    ada.ok(Method::PUT, "/teams/clinic/prefs", &json!({ "prefs": { "colour": "green" } })).await;
    assert_eq!(ben.get("/teams/clinic/prefs").await, json!({ "colour": "green" }));
    assert_eq!(ben.get("/teams?search=pract").await["total"], 1);
    assert_eq!(engine.user("eve").await.get("/teams?search=pract").await["total"], 0);
    let of_ben = engine.admin().get("/users/ben/memberships").await;
    assert_eq!((&of_ben["total"], &of_ben["memberships"][0]["teamName"]), (&json!(1), &json!("Practice")));
    let own = ben.get("/account/memberships").await;
    assert_eq!((&own["total"], &own["memberships"][0]["teamId"]), (&json!(1), &json!("clinic")));
    assert_eq!(engine.sign_in("eve@example.org").await.get("/account/memberships").await["total"], 0);
    assert_eq!(engine.guest().refused(Method::GET, "/account/memberships", &Value::Null).await.0, 401);
    ada.ok(Method::DELETE, "/teams/clinic", &Value::Null).await;
    assert_eq!(ben.refused(Method::GET, "/teams/clinic", &Value::Null).await, of(404, "team_not_found"));
}

#[tokio::test]
async fn an_invitation_by_mail_lets_somebody_in_when_they_say_yes() {
    let engine = Running::start().await;
    let ada = ada_with_a_team(&engine).await;
    let ben = engine.user("ben").await;
    let invite = json!({ "email": "ben@example.org", "roles": ["nurse"], "url": URL, "name": "Benjamin" });
    assert_eq!(ben.refused(Method::POST, MEMBERS, &invite).await, of(404, "team_not_found"));
    let elsewhere = json!({ "email": "ben@example.org", "url": "https://evil.example/" });
    assert_eq!(ada.refused(Method::POST, MEMBERS, &elsewhere).await.0, 400);
    let asked = ada.ok(Method::POST, MEMBERS, &invite).await;
    // Ada hears nothing of Ben that she did not know.
    assert_eq!((&asked["userName"], &asked["userEmail"]), (&json!(""), &json!("ben@example.org")));
    assert_eq!((&asked["confirm"], &asked["joined"]), (&json!(false), &json!("")));
    assert_eq!(ada.get("/teams/clinic").await["total"], 1);
    assert_eq!(ben.refused(Method::GET, MEMBERS, &Value::Null).await.0, 404, "who is asked is not in it yet");
    let link = engine.link("ben@example.org").await;
    let path = format!("{MEMBERS}/{}/status", link["membershipId"]);
    let yes = |secret: &str| json!({ "userId": "ben", "secret": secret });
    let guest = engine.guest();
    assert_eq!(guest.refused(Method::PATCH, &path, &yes("wrong")).await, of(401, "team_invalid_secret"));
    assert_eq!(
        ada.refused(Method::PATCH, &path, &yes(&link["secret"])).await,
        of(401, "team_invite_mismatch")
    );
    let answer = guest.call(Method::PATCH, &path, &yes(&link["secret"])).await;
    assert_eq!(answer.status(), 200);
    let cookies: Value =
        serde_json::from_str(answer.headers()["x-fallback-cookies"].to_str().expect("text")).expect("JSON");
    let membership: Value = answer.json().await.expect("JSON");
    assert_eq!((&membership["confirm"], &membership["roles"]), (&json!(true), &json!(["nurse"])));
    let here =
        guest.clone().with("x-appwrite-session", cookies["a_session_telestack"].as_str().expect("a session"));
    assert_eq!(here.get("/account").await["emailVerification"], true);
    assert_eq!(ben.get(MEMBERS).await["total"], 2);
    assert_eq!(
        guest.refused(Method::PATCH, &path, &yes(&link["secret"])).await,
        of(409, "membership_already_confirmed")
    );
    assert_eq!(ada.refused(Method::POST, MEMBERS, &invite).await, of(409, "team_invite_already_exists"));
    let id = membership["$id"].as_str().expect("id");
    let roles = ada.ok(Method::PATCH, &format!("{MEMBERS}/{id}"), &json!({ "roles": ["doctor"] })).await;
    assert_eq!((&roles["roles"], &roles["userName"]), (&json!(["doctor"]), &json!("ben")));
    assert_eq!(
        ben.refused(Method::PATCH, &format!("{MEMBERS}/{id}"), &json!({ "roles": ["owner"] })).await.0,
        401
    );
    ben.ok(Method::DELETE, &format!("{MEMBERS}/{id}"), &Value::Null).await;
    assert_eq!(ada.get(MEMBERS).await["total"], 1);
}

#[tokio::test]
async fn an_invitation_gets_old_and_can_be_declined() {
    let engine = Running::start().await;
    let ada = ada_with_a_team(&engine).await;
    let invite = json!({ "phone": "+4930123456", "roles": [], "url": URL });
    ada.ok(Method::POST, MEMBERS, &invite).await;
    let old = engine.link("+4930123456").await;
    let path = format!("{MEMBERS}/{}/status", old["membershipId"]);
    engine.later(7 * 86_400_000);
    let yes = json!({ "userId": old["userId"], "secret": old["secret"] });
    assert_eq!(engine.guest().refused(Method::PATCH, &path, &yes).await, of(401, "team_invalid_secret"));
    ada.ok(Method::POST, MEMBERS, &invite).await;
    let again = engine.link("+4930123456").await;
    assert_eq!(again["membershipId"], old["membershipId"]);
    assert_eq!(engine.guest().refused(Method::PATCH, &path, &yes).await.0, 401, "a newer secret replaced it");
    let yes = json!({ "userId": again["userId"], "secret": again["secret"] });
    let new = engine.guest().call(Method::PATCH, &path, &yes).await;
    assert_eq!(new.status(), 200);
    let user = engine.admin().get(&format!("/users/{}", again["userId"])).await;
    assert_eq!((&user["phoneVerification"], &user["phone"]), (&json!(true), &json!("+4930123456")));
    // Who does not want to come says so.
    let ben = engine.user("ben").await;
    let asked = ada.ok(Method::POST, MEMBERS, &json!({ "userId": "ben", "roles": [], "url": URL })).await;
    assert_eq!(asked["userEmail"], "", "asking in by id tells no address");
    let path = format!("{MEMBERS}/{}", asked["$id"].as_str().expect("id"));
    assert_eq!(engine.user("eve").await.refused(Method::DELETE, &path, &Value::Null).await.0, 404);
    ben.ok(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(ada.refused(Method::GET, &path, &Value::Null).await, of(404, "membership_not_found"));
}

#[tokio::test]
async fn strangers_are_not_asked_in_where_sign_up_is_off() {
    let engine = Running::with(|config| config.sign_up = false).await;
    let ada = ada_with_a_team(&engine).await;
    let invite = json!({ "email": "eve@example.org", "roles": [], "url": URL });
    assert_eq!(ada.refused(Method::POST, MEMBERS, &invite).await, of(404, "user_not_found"));
    let made =
        engine.admin().ok(Method::POST, MEMBERS, &json!({ "email": "eve@example.org", "name": "Eve" })).await;
    assert_eq!((&made["confirm"], &made["userName"]), (&json!(true), &json!("Eve")));
}
