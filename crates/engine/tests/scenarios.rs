//! Two people, a team-less table and a key, over a real socket: who may do what, and what is refused.
use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use telestack_engine::{Clock, Engine, EngineConfig};

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> i64 {
        1_800_000_000_000
    }
}

struct Server {
    base: String,
    key: String,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let config = EngineConfig {
            data_dir: folder.path().to_owned(),
            project: "telestack".into(),
            jwt_secret: vec![7; 32],
            sign_up: true,
            https: false,
            origins: Vec::new(),
        };
        let engine = Engine::open(config, Arc::new(Fixed)).expect("opened");
        let key = engine.create_key("test").await.expect("key");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}/v1", listener.local_addr().expect("address"));
        let router = axum::Router::new().nest("/v1", engine.router());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, key, client: Client::new(), _folder: folder }
    }

    async fn call(&self, who: (&str, &str), method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.base);
        let request =
            self.client.request(method, url).header("X-Appwrite-Project", "telestack").header(who.0, who.1);
        let answer = request
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .expect("sent");
        (answer.status(), serde_json::from_str(&answer.text().await.expect("text")).unwrap_or(Value::Null))
    }

    /// Makes a user with the key, signs in and answers what `X-Appwrite-Session` carries.
    async fn person(&self, id: &str) -> String {
        let key = ("X-Appwrite-Key", self.key.as_str());
        let email = format!("{id}@example.org");
        let body = json!({"userId": id, "email": email, "password": "correct horse", "name": id});
        assert_eq!(self.call(key, Method::POST, "/users", body).await.0, StatusCode::CREATED);
        let body = json!({"email": email, "password": "correct horse"});
        let (status, session) = self.call(key, Method::POST, "/account/sessions/email", body).await;
        assert_eq!(status, StatusCode::CREATED);
        session["secret"].as_str().expect("secret").to_owned()
    }
}

#[tokio::test]
async fn a_jwt_dies_with_its_session_and_wrong_passwords_look_like_unknown_addresses() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let session = ("X-Appwrite-Session", ada.as_str());
    let (_, made) = server.call(session, Method::POST, "/account/jwts", json!({})).await;
    let jwt = ("X-Appwrite-JWT", made["jwt"].as_str().expect("jwt"));
    assert_eq!(server.call(jwt, Method::GET, "/account", json!({})).await.1["$id"], "ada");
    assert_eq!(
        server.call(session, Method::DELETE, "/account/sessions/current", json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(server.call(jwt, Method::GET, "/account", json!({})).await.1["type"], "user_jwt_invalid");

    let guest = ("X-None", "");
    let try_as = |email: &str| json!({"email": email, "password": "wrong wrong"});
    let path = "/account/sessions/email";
    let wrong = server.call(guest, Method::POST, path, try_as("ada@example.org")).await;
    assert_eq!(wrong, server.call(guest, Method::POST, path, try_as("nobody@example.org")).await);
    assert_eq!((wrong.0, &wrong.1["type"]), (StatusCode::UNAUTHORIZED, &json!("user_invalid_credentials")));
    assert_eq!(
        server.call(guest, Method::GET, "/no/such", json!({})).await.1["type"],
        "general_route_not_found"
    );
    assert_eq!(
        server.call(guest, Method::GET, "/users", json!({})).await.1["type"],
        "general_unauthorized_scope"
    );
}

#[tokio::test]
async fn rows_are_their_makers_own_and_nothing_is_forged() {
    let server = Server::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (ada, ben) = (("X-Appwrite-Session", ada.as_str()), ("X-Appwrite-Session", ben.as_str()));
    let key = ("X-Appwrite-Key", server.key.as_str());
    let table = "/tablesdb/telestack/tables/notes";
    let made = [
        ("/tablesdb".to_owned(), json!({"databaseId": "telestack", "name": "T"})),
        (
            "/tablesdb/telestack/tables".to_owned(),
            json!({"tableId": "notes", "name": "N", "permissions": ["create(\"users\")"], "rowSecurity": true}),
        ),
        (format!("{table}/columns/varchar"), json!({"key": "text", "size": 50, "required": true})),
    ];
    for (path, body) in made {
        assert!(server.call(key, Method::POST, &path, body).await.0.is_success(), "{path}");
    }
    let (rows, row) = (format!("{table}/rows"), format!("{table}/rows/one"));
    let body = json!({"rowId": "one", "data": {"text": "hers"}});
    assert_eq!(server.call(ada, Method::POST, &rows, body).await.0, StatusCode::CREATED);
    assert_eq!(server.call(ada, Method::GET, &row, json!({})).await.1["text"], "hers");
    assert_eq!(server.call(ben, Method::GET, &row, json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.call(ben, Method::GET, &rows, json!({})).await.1["total"], 0);
    assert!(
        server.call(ben, Method::PATCH, &row, json!({"data": {"text": "his"}})).await.0.is_client_error()
    );
    assert!(server.call(ben, Method::DELETE, &row, json!({})).await.0.is_client_error());

    let grants = json!({"rowId": "two", "data": {"text": "x"}, "permissions": ["read(\"user:ben\")"]});
    assert_eq!(server.call(ada, Method::POST, &rows, grants).await.1["type"], "user_unauthorized");
    let forged = json!({"data": {"text": "x", "$id": "other", "$permissions": ["read(\"any\")"]}});
    server.call(ada, Method::PATCH, &row, forged).await;
    assert_eq!(server.call(ben, Method::GET, &row, json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.call(ada, Method::GET, &row, json!({})).await.1["$id"], "one");

    let query = r#"{"method":"equal","attribute":"text\" OR 1=1 --","values":["x"]}"#;
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let injected = server.call(ada, Method::GET, &format!("{rows}?queries[0]={query}"), json!({})).await;
    assert_eq!(injected.1["type"], "general_query_invalid");
}
