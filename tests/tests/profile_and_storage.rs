//! Somebody changes their name and picture and everybody sees it; what files take is told; and who may not announce a
//! call gets no place in it.

use reqwest::{Client, Method, StatusCode, multipart};
use serde_json::{Value, json};
use telestack_testkit::{Appwrite, MatrixSession, Person, Stack, StackOptions};

/// Somebody with a token of the backend.
struct Signed {
    server: String,
    jwt: String,
    session: Appwrite,
}

impl Signed {
    async fn new(stack: &Stack, person: &Person) -> Self {
        let session = stack.anonymous().sign_in(&person.email, &person.password).await.expect("a session");
        let jwt = session.call(Method::POST, "/account/jwts", &json!({})).await.expect("JWT");
        let jwt = jwt["jwt"].as_str().expect("JWT").to_owned();
        Self { server: stack.info().server.clone(), jwt, session }
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Client::new().request(method, format!("{}{path}", self.server)).bearer_auth(&self.jwt);
        let answer = request.json(body).send().await.expect("an answer");
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    async fn upload(&self, bucket: &str, id: &str, name: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
        let part = multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = multipart::Form::new().text("fileId", id.to_owned()).part("file", part);
        let request = Client::new()
            .post(format!("{}/v1/storage/buckets/{bucket}/files", self.server))
            .header("x-appwrite-project", "telestack")
            .header("x-appwrite-jwt", &self.jwt);
        let answer = request.multipart(form).send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    async fn row_of(&self, id: &str) -> Value {
        let path = format!("/tablesdb/telestack/tables/people/rows/{id}");
        self.session.call(Method::GET, &path, &Value::Null).await.expect("a row")
    }

    async fn matrix(&self) -> MatrixSession {
        let (_, login) = self.ask(Method::POST, "/telestack/v1/matrix/login", &json!({})).await;
        let text = |key: &str| login[key].as_str().expect("text").to_owned();
        MatrixSession::sign_in(&text("homeserver"), &text("token")).await.expect("signed in")
    }
}

fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(200, 0);
    bytes
}

#[tokio::test]
async fn a_profile_reaches_everybody_and_files_belong_to_their_makers() {
    let stack = Stack::start(StackOptions {
        server_config: "[storage]\nquota = 50000000\n".into(),
        ..StackOptions::default()
    })
    .await
    .expect("a stack");
    let person = |id: &str| stack.person(id).expect("a person").clone();
    let (ada, ben) = (Signed::new(&stack, &person("ada")).await, Signed::new(&stack, &person("ben")).await);
    let profile = "/telestack/v1/profile";

    let (status, row) = ben.ask(Method::POST, profile, &json!({ "name": " Benjamin Okafor " })).await;
    assert_eq!((status, row["name"].as_str()), (StatusCode::OK, Some("Benjamin Okafor")));
    let row = ada.row_of("ben").await;
    assert_eq!((&row["name"], &row["title"]), (&json!("Benjamin Okafor"), &json!("Product Manager")));
    let account = ben.session.call(Method::GET, "/account", &Value::Null).await.expect("the account");
    assert_eq!(account["name"], "Benjamin Okafor");

    assert_eq!(ben.upload("avatars", "ben-1", "ben.png", png()).await.0, StatusCode::CREATED);
    let (status, row) = ben.ask(Method::POST, profile, &json!({ "avatarFileId": "ben-1" })).await;
    assert_eq!((status, row["avatarFileId"].as_str()), (StatusCode::OK, Some("ben-1")));
    // Another's picture cannot be taken, and so not deleted by the next change either.
    let (status, _) = ada.ask(Method::POST, profile, &json!({ "avatarFileId": "ben-1" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(ben.upload("avatars", "ben-2", "ben.png", png()).await.0, StatusCode::CREATED);
    ben.ask(Method::POST, profile, &json!({ "avatarFileId": "ben-2" })).await;
    assert_eq!(ada.row_of("ben").await["avatarFileId"], "ben-2");
    let old = ada.session.call(Method::GET, "/storage/buckets/avatars/files/ben-1", &Value::Null).await;
    assert!(old.is_err(), "the old picture is gone");
    for wrong in [
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "role": "owner" }),
        json!({ "avatarFileId": "x" }),
    ] {
        assert_eq!(ben.ask(Method::POST, profile, &wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let nobody = Client::new().post(format!("{}{profile}", ben.server)).json(&json!({})).send().await;
    assert_eq!(nobody.expect("an answer").status(), StatusCode::UNAUTHORIZED);

    // Everybody adds files; changing them is for who made them and for administrators.
    let (status, file) = ben.upload("files", "unique()", "ben.txt", vec![b'x'; 1000]).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/storage/buckets/files/files/{}", file["$id"].as_str().expect("id"));
    let chloe = Signed::new(&stack, &person("chloe")).await;
    let renamed = json!({ "name": "Theirs/ben.txt" });
    assert!(chloe.session.call(Method::PUT, &path, &renamed).await.is_err());
    assert!(chloe.session.call(Method::GET, &path, &Value::Null).await.is_ok());
    for (who, name) in [(&ben, "Mine/ben.txt"), (&ada, "Ordered/ben.txt")] {
        let answer = who.session.call(Method::PUT, &path, &json!({ "name": name })).await.expect("renamed");
        assert_eq!(answer["name"], name);
    }
    let (status, report) = ben.ask(Method::GET, "/telestack/v1/storage", &Value::Null).await;
    assert_eq!((status, &report["quota"]), (StatusCode::OK, &json!(50_000_000)));
    let buckets = report["buckets"].as_array().expect("buckets");
    let drive = buckets.iter().find(|bucket| bucket["id"] == "files").expect("the drive");
    assert_eq!((buckets.len(), &drive["writable"]), (1, &json!(true)));
    assert_eq!(report["used"].as_u64(), drive["used"].as_u64().map(|used| used + 200), "{report}");
}

#[tokio::test]
async fn who_cannot_announce_a_call_gets_no_place_in_it_and_pages_may_ask() {
    let stack = Stack::start(StackOptions::default()).await.expect("a stack");
    let person = |id: &str| stack.person(id).expect("a person").clone();
    let (ada, ben) = (Signed::new(&stack, &person("ada")).await, Signed::new(&stack, &person("ben")).await);
    let (hers, his) = (ada.matrix().await, ben.matrix().await);
    // Matrix' own defaults: members may not send state.
    let room = json!({ "preset": "private_chat", "invite": [his.user_id] });
    let room = hers.call(Method::POST, "/_matrix/client/v3/createRoom", &room).await.expect("a room");
    let room = room["room_id"].as_str().expect("an id").to_owned();
    let place = async |who: &MatrixSession| {
        let path = format!("/_matrix/client/v3/user/{}/openid/request_token", who.user_id);
        let token = who.call(Method::POST, &path, &json!({})).await.expect("a token");
        let body = json!({ "room": room, "openid_token": token, "device_id": "DEVICE" });
        let url = format!("{}/sfu/get", stack.info().server);
        Client::new().post(url).json(&body).send().await.expect("an answer").status()
    };
    assert_eq!(place(&his).await, StatusCode::FORBIDDEN, "invited, not in the room");
    his.join(&room).await.expect("joined");
    assert_eq!(place(&his).await, StatusCode::FORBIDDEN, "nobody would see him");
    assert_eq!(place(&hers).await, StatusCode::OK);
    let levels = format!("/_matrix/client/v3/rooms/{room}/state/m.room.power_levels");
    let mut open = hers.call(Method::GET, &levels, &Value::Null).await.expect("levels");
    open["events"]["org.matrix.msc3401.call.member"] = json!(0);
    hers.call(Method::PUT, &levels, &open).await.expect("opened");
    assert_eq!(place(&his).await, StatusCode::OK);

    for (path, status) in [("/sfu/get", 400), ("/get_token", 404), ("/delegate_delayed_leave", 404)] {
        let url = format!("{}{path}", stack.info().server);
        let preflight = Client::new()
            .request(Method::OPTIONS, &url)
            .header("origin", "https://call.example.org")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
            .await
            .expect("an answer");
        assert!(preflight.status().is_success(), "{path}");
        assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
        assert!(preflight.headers().contains_key("access-control-allow-headers"));
        let request = Client::new().post(&url).header("origin", "https://call.example.org").json(&json!({}));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}
