//! What happens is told at once, to each what they may read.

mod harness;

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use harness::{Client, Running};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};

struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    async fn open(engine: &Running, more: &str, client: &Client) -> (Self, Value) {
        let url = engine.base.replacen("http", "ws", 1);
        let mut request =
            format!("{url}/realtime?project=telestack{more}").into_client_request().expect("a request");
        for (name, value) in client.headers() {
            let name: reqwest::header::HeaderName = name.parse().expect("name");
            request.headers_mut().insert(name, value.parse().expect("value"));
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await.expect("connected");
        let mut socket = Self { stream };
        let first = socket.next().await;
        (socket, first)
    }

    async fn say(&mut self, kind: &str, data: Value) {
        let text = json!({ "type": kind, "data": data }).to_string();
        self.stream.send(Message::text(text)).await.expect("sent");
    }

    /// The next message; a close is `{"type":"close","code"}`.
    async fn next(&mut self) -> Value {
        let wait = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                    Some(Ok(Message::Close(frame))) => {
                        return json!({ "type": "close", "code": frame.map(|frame| u16::from(frame.code)) });
                    }
                    Some(Ok(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a message in time")
    }

    /// Subscribes and waits until that counts.
    async fn subscribe(&mut self, id: &str, channels: &[&str], queries: &[Value]) {
        let queries: Vec<String> = queries.iter().map(Value::to_string).collect();
        let one = json!({ "subscriptionId": id, "channels": channels, "queries": queries });
        self.say("subscribe", json!([one])).await;
        let answer = self.next().await;
        assert_eq!(
            (&answer["type"], &answer["data"]["success"]),
            (&json!("response"), &json!(true)),
            "{answer}"
        );
    }

    /// The next event must be this one.
    async fn event(&mut self, name: &str) -> Value {
        let event = self.next().await;
        assert_eq!(event["type"], "event", "{event}");
        assert_eq!(event["data"]["events"][0], name);
        event["data"].clone()
    }

    /// Nothing came before the answer to a ping, so nothing was told.
    async fn silent(&mut self) {
        self.say("ping", Value::Null).await;
        assert_eq!(self.next().await, json!({ "type": "pong" }));
    }
}

const ROWS: &str = "/tablesdb/main/tables/notes/rows";

async fn table(engine: &Running) -> Client {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let table = json!({
        "tableId": "notes", "name": "Notes", "permissions": ["create(\"users\")"], "rowSecurity": true,
    });
    admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    let title = json!({ "key": "title", "size": 20, "required": true });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/columns/varchar", &title).await;
    admin
}

#[tokio::test]
async fn a_row_is_told_to_who_may_read_it_and_to_nobody_else() {
    let engine = Running::start().await;
    table(&engine).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let (mut hers, connected) = Socket::open(&engine, "", &ada).await;
    assert_eq!((&connected["type"], &connected["data"]["user"]["$id"]), (&json!("connected"), &json!("ada")));
    let (mut his, _) = Socket::open(&engine, "", &ben).await;
    let (mut guests, connected) = Socket::open(&engine, "&channels[]=rows", &engine.guest()).await;
    assert_eq!(connected["data"]["user"], Value::Null);
    assert_eq!(connected["data"]["channels"], json!(["rows"]));
    hers.subscribe("all", &["rows"], &[]).await;
    hers.subscribe("made", &["databases.main.tables.notes.rows.create"], &[]).await;
    let named = json!({ "method": "equal", "attribute": "title", "values": ["Second"] });
    hers.subscribe("second", &["tablesdb.main.tables.notes.rows.one"], &[named]).await;
    his.subscribe("all", &["rows", "documents"], &[]).await;

    ada.ok(Method::POST, ROWS, &json!({ "rowId": "one", "data": { "title": "First" } })).await;
    let made = hers.event("databases.main.tables.notes.rows.one.create").await;
    assert_eq!(
        (&made["subscriptions"], &made["payload"]["title"]),
        (&json!(["all", "made"]), &json!("First"))
    );
    assert!(made["timestamp"].is_string());
    let names = made["events"].as_array().expect("names");
    assert!(names.contains(&json!("databases.*.tables.*.rows.*.create")));
    his.silent().await;
    guests.silent().await;

    let path = format!("{ROWS}/one");
    let shared =
        json!({ "data": { "title": "Second" }, "permissions": ["read(\"users\")", "delete(\"user:ada\")"] });
    ada.ok(Method::PATCH, &path, &shared).await;
    let changed = hers.event("databases.main.tables.notes.rows.one.update").await;
    assert_eq!(changed["subscriptions"], json!(["all", "second"]));
    his.event("databases.main.tables.notes.rows.one.update").await;
    hers.say("unsubscribe", json!([{ "subscriptionId": "all" }, { "subscriptionId": "made" }])).await;
    assert_eq!(hers.next().await["data"]["to"], "unsubscribe");
    ada.ok(Method::DELETE, &path, &Value::Null).await;
    his.event("databases.main.tables.notes.rows.one.delete").await;
    hers.event("databases.main.tables.notes.rows.one.delete").await;
    guests.silent().await;
    // What was refused is told to nobody.
    assert_eq!(ben.refused(Method::DELETE, &path, &Value::Null).await.0, 404);
    his.silent().await;
}

#[tokio::test]
async fn what_somebody_may_hear_changes_while_the_socket_is_open() {
    let engine = Running::start().await;
    let admin = engine.admin();
    admin.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    let bucket = json!({
        "bucketId": "papers", "name": "Papers",
        "permissions": ["read(\"team:clinic\")", "create(\"team:clinic\")", "update(\"team:clinic\")"],
    });
    admin.ok(Method::POST, "/storage/buckets", &bucket).await;
    let ben = engine.user("ben").await;
    let (mut his, _) = Socket::open(&engine, "", &ben).await;
    his.subscribe("s", &["buckets.papers.files", "memberships", "account"], &[]).await;
    let upload = async |id: &str| {
        let part = reqwest::multipart::Part::bytes(b"x".to_vec()).file_name("x.txt");
        let form = reqwest::multipart::Form::new().text("fileId", id.to_owned()).part("file", part);
        let request = admin.request(Method::POST, "/storage/buckets/papers/files").multipart(form);
        assert_eq!(request.send().await.expect("answered").status(), 201);
    };
    upload("before").await;
    his.silent().await;
    let member = admin.ok(Method::POST, "/teams/clinic/memberships", &json!({ "userId": "ben" })).await;
    let id = member["$id"].as_str().expect("id");
    his.event(&format!("teams.clinic.memberships.{id}.create")).await;
    upload("during").await;
    his.event("buckets.papers.files.during.create").await;
    admin.ok(Method::DELETE, &format!("/teams/clinic/memberships/{id}"), &Value::Null).await;
    his.event(&format!("teams.clinic.memberships.{id}.delete")).await;
    upload("after").await;
    his.silent().await;

    ben.ok(Method::PATCH, "/account/name", &json!({ "name": "Benjamin" })).await;
    assert_eq!(his.event("users.ben.update").await["payload"]["name"], "Benjamin");
    // The session ends: so does what came in through it.
    ben.ok(Method::DELETE, "/account/sessions/current", &Value::Null).await;
    assert_eq!(his.next().await["type"], "event");
    assert_eq!(his.next().await["data"]["code"], 1008);
    assert_eq!(his.next().await, json!({ "type": "close", "code": 1008 }));
}

#[tokio::test]
async fn sessions_and_tokens_are_taken_in_every_way_that_sdks_send_them() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let (_, session) = ada.headers().first().expect("a session").clone();
    let (mut socket, connected) = Socket::open(&engine, "", &engine.guest()).await;
    assert_eq!(connected["data"]["user"], Value::Null);
    socket.say("authentication", json!({ "session": session })).await;
    let answer = socket.next().await;
    assert_eq!(
        (&answer["data"]["to"], &answer["data"]["user"]["$id"]),
        (&json!("authentication"), &json!("ada"))
    );
    let jwt = ada.ok(Method::POST, "/account/jwts", &json!({})).await;
    let jwt = jwt["jwt"].as_str().expect("JWT");
    let (_, connected) = Socket::open(&engine, &format!("&jwt={jwt}"), &engine.guest()).await;
    assert_eq!(connected["data"]["user"]["$id"], "ada");
    // A token that is over: an SDK must be told not to try again.
    engine.later(901_000);
    let (mut refused, error) = Socket::open(&engine, &format!("&jwt={jwt}"), &engine.guest()).await;
    assert_eq!((&error["type"], &error["data"]["code"]), (&json!("error"), &json!(1008)));
    assert_eq!(refused.next().await["code"], 1008);
    socket.say("authentication", json!({ "session": "forged" })).await;
    assert_eq!(socket.next().await["data"]["code"], 1008);
}

#[tokio::test]
async fn nonsense_is_answered_and_floods_are_ended() {
    let engine = Running::start().await;
    let (mut socket, _) = Socket::open(&engine, "", &engine.guest()).await;
    for (kind, data) in [
        ("shout", json!({})),
        ("subscribe", json!([{ "channels": [] }])),
        ("subscribe", json!([{ "channels": ["rows"], "queries": ["limit("] }])),
        ("subscribe", json!("rows")),
        ("unsubscribe", json!(7)),
    ] {
        socket.say(kind, data).await;
        assert_eq!(socket.next().await["data"]["code"], 1003, "{kind}");
    }
    socket.silent().await;
    for _ in 0..400 {
        if socket.stream.send(Message::text(r#"{"type":"ping"}"#)).await.is_err() {
            break;
        }
    }
    let mut last = socket.next().await;
    while last["type"] == "pong" {
        last = socket.next().await;
    }
    assert_eq!(last["data"]["code"], 1008);
    let url = format!("{}/realtime?project=telestack", engine.base);
    assert_eq!(reqwest::get(url).await.expect("answered").status(), 400);
}

#[tokio::test]
async fn who_does_not_read_is_let_go_and_holds_nobody_up() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let ada = engine.user("ada").await;
    let (mut slow, _) = Socket::open(&engine, "", &ada).await;
    let (mut quick, _) = Socket::open(&engine, "", &ada).await;
    slow.subscribe("s", &["rows"], &[]).await;
    quick.subscribe("q", &["rows.update"], &[]).await;
    let large = json!({ "key": "body", "size": 400_000, "required": false });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/columns/varchar", &large).await;
    let row = json!({ "rowId": "one", "data": { "title": "x" }, "permissions": ["read(\"any\")"] });
    admin.ok(Method::POST, ROWS, &row).await;
    // More than the sockets' buffers take, while one of the two reads nothing.
    let body = "x".repeat(400_000);
    for n in 0..40 {
        let change = json!({ "data": { "title": n.to_string(), "body": body } });
        admin.ok(Method::PATCH, &format!("{ROWS}/one"), &change).await;
        assert_eq!(
            quick.event("databases.main.tables.notes.rows.one.update").await["payload"]["title"],
            n.to_string()
        );
    }
    let gone = async {
        while engine.open_sockets() > 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the slow reader was let go");
    quick.silent().await;
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let engine = Running::start().await;
    let (mut socket, _) = Socket::open(&engine, "", &engine.guest()).await;
    let (message, ()) = tokio::join!(socket.next(), engine.stop());
    assert_eq!(message, json!({ "type": "close", "code": 1001 }));
    assert_eq!(engine.open_sockets(), 0);
}
