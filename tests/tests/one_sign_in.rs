//! One password opens all three engines: Appwrite's API, Matrix, and a place in the call of a room.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use telestack_model::livekit_room_name;
use telestack_testkit::{Engine, Stack, StackOptions};

async fn post(url: String, token: Option<&str>, body: &Value) -> (u16, Value) {
    let request = Client::new().post(url).json(body);
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_password_opens_rows_messages_and_calls() {
    let mut stack = Stack::start(StackOptions::default()).await.expect("a stack");
    let info = stack.info().clone();
    let ada = stack.person("ada").expect("Ada").clone();

    let session = stack.anonymous().sign_in(&ada.email, &ada.password).await.expect("a session");
    let people = session
        .call(Method::GET, "/tablesdb/telestack/tables/people/rows", &Value::Null)
        .await
        .expect("rows");
    assert_eq!(people["total"], 8);
    let jwt = session.call(Method::POST, "/account/jwts", &json!({})).await.expect("JWT");
    let login = format!("{}/telestack/v1/matrix/login", info.server);
    assert_eq!(post(login.clone(), None, &json!({})).await.0, 401);
    assert_eq!(post(login.clone(), Some("forged"), &json!({})).await.0, 401);
    let (status, matrix) = post(login.clone(), jwt["jwt"].as_str(), &json!({})).await;
    assert_eq!((status, matrix["matrixId"].as_str()), (200, Some(ada.matrix_id.as_str())));

    // Confirming takes a sign-in and the password, both.
    let confirmation = format!("{}/telestack/v1/matrix/confirmation", info.server);
    let with = |password: &str| json!({ "password": password });
    assert_eq!(post(confirmation.clone(), None, &with(&ada.password)).await.0, 401);
    assert_eq!(post(confirmation.clone(), jwt["jwt"].as_str(), &with("a guess")).await.0, 403);
    assert_eq!(post(confirmation.clone(), jwt["jwt"].as_str(), &json!({})).await.0, 400);

    let homeserver = &info.matrix.homeserver;
    let body = json!({ "type": "org.matrix.login.jwt", "token": matrix["token"] });
    let (_, device) = post(format!("{homeserver}/_matrix/client/v3/login"), None, &body).await;
    let access = device["access_token"].as_str().expect("an access token");
    let rooms: Value = Client::new()
        .get(format!("{homeserver}/_matrix/client/v3/joined_rooms"))
        .bearer_auth(access)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("rooms");
    let room = rooms["joined_rooms"][0].as_str().expect("a room");
    let open_id = format!("{homeserver}/_matrix/client/v3/user/{}/openid/request_token", ada.matrix_id);
    let (_, open_id) = post(open_id, Some(access), &json!({})).await;

    let sfu = format!("{}/sfu/get", info.server);
    let request =
        |room: &str, token: &Value| json!({ "room": room, "openid_token": token, "device_id": "DEVICE" });
    let (status, place) = post(sfu.clone(), None, &request(room, &open_id)).await;
    assert_eq!((status, place["url"].as_str()), (200, Some(format!("{}/", info.livekit.url).as_str())));
    assert!(
        joins(&info.livekit.url, place["jwt"].as_str().expect("a token")).await,
        "{}",
        livekit_room_name(room)
    );
    assert!(!joins(&info.livekit.url, "forged").await);
    assert_eq!(post(sfu.clone(), None, &request("!elsewhere", &open_id)).await.0, 403);
    let mut forged = open_id.clone();
    forged["access_token"] = json!("forged");
    assert_eq!(post(sfu.clone(), None, &request(room, &forged)).await.0, 401);
    forged["matrix_server_name"] = json!("evil.example");
    assert_eq!(post(sfu, None, &request(room, &forged)).await.0, 403);
    let leave = format!("{}/delegate_delayed_leave", info.server);
    assert_eq!(post(leave, None, &json!({})).await.0, 404);

    // A dead homeserver is told apart from a wrong password, and the rest goes on.
    stack.kill(Engine::Synapse);
    let rows = session.call(Method::GET, "/tablesdb/telestack/tables/people/rows", &Value::Null).await;
    assert_eq!(rows.expect("rows")["total"], 8);
    let health: Value = Client::new()
        .get(format!("{}/health", info.server))
        .send()
        .await
        .expect("answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!((&health["engines"]["matrix"], &health["engines"]["livekit"]), (&json!(false), &json!(true)));

    // Sessions survive a server that is killed and comes back; a JWT dies with its session.
    stack.restart(Engine::TelestackServer).await.expect("back");
    session.call(Method::DELETE, "/account/sessions/current", &Value::Null).await.expect("signed out");
    assert_eq!(post(login, jwt["jwt"].as_str(), &json!({})).await.0, 401);
}

/// Whether livekit-server takes the token: what its clients ask before they open the socket.
async fn joins(url: &str, token: &str) -> bool {
    let url = format!("{}/rtc/validate", url.replacen("ws", "http", 1));
    Client::new().get(url).bearer_auth(token).send().await.expect("an answer").status().is_success()
}
