//! What happens is told at once, to each what they may read.

mod harness;

use futures_util::SinkExt as _;
use harness::{Client, Running, socket::Socket, until};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

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
    assert_eq!(his.event("users.ben.update.name").await["payload"]["name"], "Benjamin");
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
    let large = json!({ "key": "body", "required": false });
    admin.ok(Method::POST, "/tablesdb/main/tables/notes/columns/mediumtext", &large).await;
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
    until("the slow reader to be let go", async || engine.open_sockets() <= 1).await;
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

#[tokio::test]
async fn everything_is_told_on_every_channel_that_it_is_of() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let ada = engine.user("ada").await;
    let (mut socket, _) = Socket::open(&engine, "", &ada).await;
    let wanted: Vec<Value> = [
        "account",
        "account.update",
        "account.ada",
        "account.create",
        "rows",
        "rows.create",
        "rows.upsert",
        "documents",
        "documents.create",
        "databases.main.tables.notes.rows",
        "databases.main.tables.notes.rows.one.create",
        "tablesdb.main.tables.notes.rows.create",
        "tablesdb.main.tables.notes.rows.one",
        "databases.main.collections.notes.documents",
        "databases.main.collections.notes.documents.one.create",
        "databases.main.tables.other.rows",
        "databases.main.tables.notes.rows.two",
        "files",
        "files.update",
        "buckets.papers.files",
        "buckets.papers.files.f",
        "buckets.papers.files.f.create",
        "teams",
        "teams.clinic",
        "teams.clinic.create",
        "memberships",
        "memberships.create",
        "presences",
        "presences.here",
        "presences.here.upsert",
        "presences.update",
    ]
    .iter()
    .map(|channel| json!({ "subscriptionId": channel, "channels": [channel] }))
    .collect();
    socket.say("subscribe", json!(wanted)).await;
    assert_eq!(socket.next().await["data"]["success"], true);
    let mut heard = async |name: &str, subscriptions: &[&str]| {
        assert_eq!(socket.event(name).await["subscriptions"], json!(subscriptions), "{name}");
    };

    ada.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": { "a": 1 } })).await;
    heard("users.ada.update.prefs", &["account", "account.update", "account.ada"]).await;
    ada.ok(Method::POST, ROWS, &json!({ "rowId": "one", "data": { "title": "First" } })).await;
    heard(
        "databases.main.tables.notes.rows.one.create",
        &[
            "rows",
            "rows.create",
            "documents",
            "documents.create",
            "databases.main.tables.notes.rows",
            "databases.main.tables.notes.rows.one.create",
            "tablesdb.main.tables.notes.rows.create",
            "tablesdb.main.tables.notes.rows.one",
            "databases.main.collections.notes.documents",
            "databases.main.collections.notes.documents.one.create",
        ],
    )
    .await;
    let row = json!({ "data": { "title": "Second" } });
    ada.ok(Method::PUT, "/databases/main/collections/notes/documents/two", &row).await;
    heard(
        "databases.main.tables.notes.rows.two.upsert",
        &[
            "rows",
            "rows.upsert",
            "documents",
            "databases.main.tables.notes.rows",
            "databases.main.collections.notes.documents",
            "databases.main.tables.notes.rows.two",
        ],
    )
    .await;
    let bucket = json!({ "bucketId": "papers", "name": "Papers", "permissions": ["read(\"users\")"] });
    admin.ok(Method::POST, "/storage/buckets", &bucket).await;
    let part = reqwest::multipart::Part::bytes(b"x".to_vec()).file_name("x.txt");
    let form = reqwest::multipart::Form::new().text("fileId", "f").part("file", part);
    let request = admin.request(Method::POST, "/storage/buckets/papers/files").multipart(form);
    assert_eq!(request.send().await.expect("answered").status(), 201);
    let of_file =
        ["files", "buckets.papers.files", "buckets.papers.files.f", "buckets.papers.files.f.create"];
    heard("buckets.papers.files.f.create", &of_file).await;
    ada.ok(Method::POST, "/teams", &json!({ "teamId": "clinic", "name": "Clinic" })).await;
    heard("teams.clinic.create", &["teams", "teams.clinic", "teams.clinic.create"]).await;
    let here = json!({ "status": "here" });
    ada.ok(Method::PUT, "/presences/here", &here).await;
    heard("presences.here.upsert", &["presences", "presences.here", "presences.here.upsert"]).await;
    ada.ok(Method::PATCH, "/presences/here", &here).await;
    heard("presences.here.update", &["presences", "presences.here", "presences.update"]).await;
    socket.silent().await;
}

#[tokio::test]
async fn what_may_no_longer_be_read_is_no_longer_told_from_that_change_on() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let (mut his, _) = Socket::open(&engine, "", &ben).await;
    his.subscribe("s", &["rows"], &[]).await;
    let path = format!("{ROWS}/one");
    let own = ["update(\"user:ada\")", "read(\"user:ada\")"];
    let shared = json!({
        "rowId": "one", "data": { "title": "a" }, "permissions": [own[0], own[1], "read(\"users\")"],
    });
    ada.ok(Method::POST, ROWS, &shared).await;
    his.event("databases.main.tables.notes.rows.one.create").await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "b" }, "permissions": own })).await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "c" } })).await;
    his.silent().await;
    // By the table: given, and taken away again.
    let table = "/tablesdb/main/tables/notes";
    let given = json!({ "name": "Notes", "permissions": ["read(\"users\")"], "rowSecurity": true });
    admin.ok(Method::PUT, table, &given).await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "d" } })).await;
    assert_eq!(his.event("databases.main.tables.notes.rows.one.update").await["payload"]["title"], "d");
    let taken = json!({ "name": "Notes", "permissions": [], "rowSecurity": true });
    admin.ok(Method::PUT, table, &taken).await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "e" } })).await;
    his.silent().await;
    // By a label, while row security is on.
    let labelled =
        json!({ "data": { "title": "f" }, "permissions": [own[0], own[1], "read(\"label:nurse\")"] });
    admin.ok(Method::PATCH, &path, &labelled).await;
    his.silent().await;
    admin.ok(Method::PUT, "/users/ben/labels", &json!({ "labels": ["nurse"] })).await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "g" } })).await;
    assert_eq!(his.event("databases.main.tables.notes.rows.one.update").await["payload"]["title"], "g");
    admin.ok(Method::PUT, "/users/ben/labels", &json!({ "labels": [] })).await;
    ada.ok(Method::PATCH, &path, &json!({ "data": { "title": "h" } })).await;
    his.silent().await;
}

#[tokio::test]
async fn a_session_that_ends_by_itself_ends_its_sockets() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let ada = engine.user("ada").await;
    let (mut socket, _) = Socket::open(&engine, "&channels[]=rows", &ada).await;
    engine.later(400 * 86_400_000);
    let row = json!({ "data": { "title": "x" }, "permissions": ["read(\"any\")"], "rowId": "one" });
    admin.ok(Method::POST, ROWS, &row).await;
    assert_eq!(socket.next().await["data"]["code"], 1008);
    assert_eq!(socket.next().await, json!({ "type": "close", "code": 1008 }));
}

#[tokio::test]
async fn the_address_may_name_subscriptions_with_queries_of_their_own() {
    let engine = Running::start().await;
    table(&engine).await;
    let ada = engine.user("ada").await;
    let equal = |title: &str| {
        let query = json!({ "method": "equal", "attribute": "title", "values": [title] }).to_string();
        url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>()
    };
    let more = format!("&channels[]=rows&rows[0][]={}&rows[1][]={}", equal("a"), equal("b"));
    let (mut socket, connected) = Socket::open(&engine, &more, &ada).await;
    assert_eq!(connected["data"]["channels"], json!(["rows"]));
    let subscriptions = connected["data"]["subscriptions"].as_object().expect("an object").clone();
    assert_eq!(subscriptions.len(), 2);
    for title in ["c", "b"] {
        ada.ok(Method::POST, ROWS, &json!({ "rowId": title, "data": { "title": title } })).await;
    }
    let heard = socket.event("databases.main.tables.notes.rows.b.create").await;
    let [id] = heard["subscriptions"].as_array().expect("a list").as_slice() else { panic!("{heard}") };
    assert!(
        subscriptions[id.as_str().expect("text")]["queries"][0].as_str().expect("text").contains("\"b\"")
    );
    let url = format!("{}/realtime?project=telestack&channels[]=rows&rows[0][]=limit(", engine.base);
    assert_eq!(reqwest::get(url).await.expect("answered").status(), 400);
}

#[tokio::test]
async fn a_change_of_many_rows_is_told_row_by_row_to_the_end() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let (mut socket, _) = Socket::open(&engine, "&channels[]=rows", &engine.guest()).await;
    let rows: Vec<Value> = (0..1000)
        .map(|n| json!({ "$id": format!("r{n}"), "$permissions": ["read(\"any\")"], "title": n.to_string() }))
        .collect();
    admin.ok(Method::POST, ROWS, &json!({ "rows": rows })).await;
    for n in 0..1000 {
        socket.event(&format!("databases.main.tables.notes.rows.r{n}.create")).await;
    }
    socket.silent().await;
}

#[tokio::test]
async fn who_asks_for_too_much_is_refused_and_then_ended() {
    let engine = Running::start().await;
    let ada = engine.user("ada").await;
    let (mut socket, _) = Socket::open(&engine, "", &ada).await;
    // A hundred thousand subscriptions, as many in each message as a message takes.
    let one = json!({ "channels": ["rows"] });
    let many = json!({ "type": "subscribe", "data": vec![one; 2500] }).to_string();
    for _ in 0..40 {
        socket.stream.send(Message::text(many.clone())).await.expect("sent");
        assert_eq!(socket.next().await["data"]["code"], 1003);
    }
    // Nothing of a refused message counts, and what there is room for still does.
    ada.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": {} })).await;
    socket.silent().await;
    socket.subscribe("mine", &["account"], &[]).await;
    ada.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": {} })).await;
    assert_eq!(socket.event("users.ada.update.prefs").await["subscriptions"], json!(["mine"]));
    // A message that is larger than any may be.
    let large = json!({ "type": "subscribe", "data": [{ "channels": ["x".repeat(70_000)] }] }).to_string();
    socket.stream.send(Message::text(large)).await.expect("sent");
    until("the socket to end", async || engine.open_sockets() == 0).await;
}

#[tokio::test]
async fn messages_that_mean_harm_are_answered_and_change_nothing() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let ada = engine.user("ada").await;
    let (mut socket, _) = Socket::open(&engine, "", &ada).await;
    let wants = |query: Value| json!({ "type": "subscribe", "data": [{ "channels": ["rows"], "queries": [query.to_string()] }] });
    let deep = (0..10).fold(
        json!({ "method": "isNull", "attribute": "title" }),
        |inner, _| json!({ "method": "or", "values": [inner] }),
    );
    for text in [
        "".to_owned(),
        "\0".to_owned(),
        "null".to_owned(),
        "[".repeat(60_000),
        r#"{"type":"ping","type":"shout"}"#.to_owned(),
        r#"{"type":"subscribe","data":[{"channels":["rows"],"channels":["files"]}]}"#.to_owned(),
        r#"{"type":"subscribe","data":[{"channels":[1e999]}]}"#.to_owned(),
        r#"{"type":"subscribe","data":[{"channels":["rows"],"queries":["\ud800"]}]}"#.to_owned(),
        r#"{"type":"unsubscribe","data":[{"subscriptionId":null}]}"#.to_owned(),
        r#"{"type":"presence","data":{"status":1e999}}"#.to_owned(),
        r#"{"type":"__proto__","data":{}}"#.to_owned(),
        wants(deep).to_string(),
        wants(json!({ "method": "regex", "attribute": "title", "values": ["(a*)*b"] })).to_string(),
        wants(json!({ "method": "equal", "attribute": "title", "values": "x".repeat(5000) })).to_string(),
        wants(json!({ "method": "'; DROP TABLE row; --", "attribute": "title", "values": [1] })).to_string(),
    ] {
        socket.stream.send(Message::text(text.clone())).await.expect("sent");
        let answer = socket.next().await;
        let shown: String = text.chars().take(60).collect();
        assert_eq!((&answer["type"], &answer["data"]["code"]), (&json!("error"), &json!(1003)), "{shown}");
    }
    // Values of every kind are compared with what is told, and fit or do not.
    let hostile = [
        json!("' OR 1=1"),
        json!("a\u{0}b"),
        json!(u64::MAX),
        json!(1e308),
        json!([[1]]),
        json!({ "a": {} }),
        Value::Null,
    ];
    let never: Vec<Value> = ["equal", "lessThan", "greaterThanEqual"]
        .iter()
        .map(|method| json!({ "method": method, "attribute": "title\"; --", "values": hostile }))
        .collect();
    socket.subscribe("never", &["rows"], &never).await;
    socket.subscribe("always", &["rows", "'; DROP TABLE rows; --"], &[]).await;
    let row = json!({ "rowId": "one", "data": { "title": "x" }, "permissions": ["read(\"any\")"] });
    admin.ok(Method::POST, ROWS, &row).await;
    let heard = socket.event("databases.main.tables.notes.rows.one.create").await;
    assert_eq!(heard["subscriptions"], json!(["always"]));
    socket.stream.send(Message::binary(vec![0xff, 0xfe])).await.expect("sent");
    assert_eq!(socket.next().await["data"]["code"], 1003);
    until("the socket to end", async || engine.open_sockets() == 0).await;
}

#[tokio::test]
async fn who_falls_far_behind_is_told_so() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let (mut slow, _) = Socket::open(&engine, "&channels[]=rows", &engine.guest()).await;
    let (mut quick, _) = Socket::open(&engine, "&channels[]=rows.delete", &engine.guest()).await;
    // More events than may wait, none of them read; in small parts at the end, so that the good-bye finds a reader.
    for (part, count) in [1000; 10].into_iter().chain([600; 3]).enumerate() {
        let row =
            |n| json!({ "$id": format!("r{part}-{n}"), "$permissions": ["read(\"any\")"], "title": "x" });
        let rows: Vec<Value> = (0..count).map(row).collect();
        admin.ok(Method::POST, ROWS, &json!({ "rows": rows })).await;
    }
    admin.ok(Method::DELETE, &format!("{ROWS}/r0-0"), &Value::Null).await;
    quick.event("databases.main.tables.notes.rows.r0-0.delete").await;
    let mut last = slow.next().await;
    while last["type"] == "event" {
        last = slow.next().await;
    }
    assert_eq!((&last["type"], &last["data"]["code"]), (&json!("error"), &json!(1013)));
    assert_eq!(slow.next().await, json!({ "type": "close", "code": 1013 }));
}
