//! Who is there: said, seen, told, and over.

mod harness;

use harness::{Running, socket::Socket, until};
use reqwest::Method;
use serde_json::{Value, json};

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

const TO_ALL: [&str; 3] = ["read(\"users\")", "update(\"user:ada\")", "delete(\"user:ada\")"];

#[tokio::test]
async fn somebody_says_that_they_are_there_to_whom_they_like() {
    let engine = Running::start().await;
    let (ada, ben, guest) = (engine.user("ada").await, engine.user("ben").await, engine.guest());
    let here = json!({ "status": "at my desk", "metadata": { "room": 7 } });
    let presence = ada.ok(Method::PUT, "/presences/desk", &here).await;
    assert_eq!(
        (&presence["userId"], &presence["status"], &presence["source"], &presence["metadata"]["room"]),
        (&json!("ada"), &json!("at my desk"), &json!("rest"), &json!(7))
    );
    assert_eq!(presence["expiresAt"], "2023-11-14T22:28:20.000+00:00", "a quarter of an hour");
    // Nobody else, until she says so.
    assert_eq!(
        ben.refused(Method::GET, "/presences/desk", &Value::Null).await,
        of(404, "presence_not_found")
    );
    assert_eq!(ben.get("/presences").await["total"], 0);
    let open = json!({ "permissions": TO_ALL });
    assert_eq!(ada.ok(Method::PATCH, "/presences/desk", &open).await["status"], "at my desk");
    assert_eq!(ben.get("/presences/desk").await["status"], "at my desk");
    assert_eq!(guest.get("/presences").await["total"], 0);
    assert_eq!(guest.refused(Method::GET, "/presences/desk", &Value::Null).await.0, 404);
    // What others may do with it.
    let lunch = json!({ "status": "lunch" });
    assert_eq!(ben.refused(Method::PATCH, "/presences/desk", &lunch).await, of(401, "user_unauthorized"));
    assert_eq!(ben.refused(Method::DELETE, "/presences/desk", &Value::Null).await.0, 401);
    assert_eq!(ben.refused(Method::PUT, "/presences/desk", &lunch).await, of(409, "presence_already_exists"));
    assert_eq!(guest.refused(Method::PUT, "/presences/mine", &lunch).await.0, 401);
    let grant = json!({ "status": "x", "permissions": ["read(\"user:ada\")"] });
    assert_eq!(ben.refused(Method::PUT, "/presences/mine", &grant).await, of(401, "user_unauthorized"));
    let forged = json!({ "status": "x", "userId": "ada" });
    assert_eq!(
        ben.refused(Method::PUT, "/presences/mine", &forged).await,
        of(401, "general_unauthorized_scope")
    );
    assert_eq!(ada.refused(Method::PATCH, "/presences/desk", &forged).await.0, 401);
    // There is one of each person: another id finds the same.
    let again = ada.ok(Method::PUT, "/presences/unique()", &lunch).await;
    assert_eq!((&again["$id"], &again["status"]), (&json!("desk"), &json!("lunch")));
    assert_eq!(ada.get("/presences").await["total"], 1);
    ada.ok(Method::DELETE, "/presences/desk", &Value::Null).await;
    assert_eq!(ada.get("/presences?total=false").await, json!({ "total": 0, "presences": [] }));
}

#[tokio::test]
async fn a_presence_is_over_when_its_time_is() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let (mut his, _) = Socket::open(&engine, "&channels[]=presences", &ben).await;
    let expires = |minutes: i64| chrono_like(1_700_000_000_000 + minutes * 60_000);
    for bad in [expires(-1), expires(31 * 24 * 60), "tomorrow".to_owned()] {
        let body = json!({ "status": "x", "expiresAt": bad });
        assert_eq!(ada.refused(Method::PUT, "/presences/a", &body).await.0, 400, "{bad}");
    }
    for bad in [
        json!({ "status": "" }),
        json!({}),
        json!({ "status": "x", "metadata": [] }),
        json!({ "status": "x".repeat(2049) }),
        json!({ "status": "x", "permissions": ["all"] }),
    ] {
        assert_eq!(ada.refused(Method::PUT, "/presences/a", &bad).await.0, 400, "{bad}");
    }
    assert_eq!(ada.refused(Method::PUT, "/presences/a%2Fb", &json!({ "status": "x" })).await.0, 400);
    let body = json!({ "status": "x", "expiresAt": expires(60), "permissions": TO_ALL });
    ada.ok(Method::PUT, "/presences/a", &body).await;
    his.event("presences.a.upsert").await;
    engine.later(3_599_000);
    assert_eq!(ben.get("/presences").await["total"], 1);
    engine.later(1_000);
    assert_eq!(ben.get("/presences").await["total"], 0);
    assert_eq!(ben.refused(Method::GET, "/presences/a", &Value::Null).await.0, 404);
    assert_eq!(ada.refused(Method::PATCH, "/presences/a", &json!({ "status": "y" })).await.0, 404);
    // It is taken away and told when somebody looks, as a server does from time to time.
    engine.tidy().await;
    his.event("presences.a.delete").await;
    // Its id is free for somebody else.
    ben.ok(Method::PUT, "/presences/a", &json!({ "status": "mine now" })).await;
    his.event("presences.a.upsert").await;
}

/// Milliseconds as RFC 3339, without a crate for it: these tests move around one day only.
fn chrono_like(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000) / 1000);
    // 14 November 2023 is day 19675.
    let day = days - 19_675;
    let (month, day) = match day {
        ..=16 => (11, 14 + day),
        17..=47 => (12, day - 16),
        _ => (1, 1),
    };
    format!("2023-{month:02}-{day:02}T{:02}:{:02}:{:02}.000+00:00", rest / 3600, rest / 60 % 60, rest % 60)
}

#[tokio::test]
async fn a_key_speaks_for_people_and_finds_them() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    assert_eq!(admin.refused(Method::PUT, "/presences/a", &json!({ "status": "x" })).await.0, 400);
    let nobody = json!({ "status": "x", "userId": "nobody" });
    assert_eq!(admin.refused(Method::PUT, "/presences/a", &nobody).await, of(404, "user_not_found"));
    for (id, user, status) in [("a", "ada", "here"), ("b", "ben", "away")] {
        admin
            .ok(Method::PUT, &format!("/presences/{id}"), &json!({ "userId": user, "status": status }))
            .await;
    }
    assert_eq!(ada.get("/presences/a").await["$permissions"][0], "read(\"user:ada\")");
    let query = |method: &str, attribute: &str, values: Value| {
        let query = json!({ "method": method, "attribute": attribute, "values": values }).to_string();
        url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>()
    };
    let found = async |queries: &[String]| {
        let queries: String =
            queries.iter().enumerate().map(|(n, query)| format!("queries[{n}]={query}&")).collect();
        let list = admin.get(&format!("/presences?{queries}ttl=60")).await;
        let ids = list["presences"].as_array().expect("a list").iter();
        ids.map(|presence| presence["$id"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[query("equal", "userId", json!(["ben"]))]).await, ["b"]);
    assert_eq!(
        found(&[query("orderDesc", "$createdAt", json!([])), query("limit", "", json!([1]))]).await.len(),
        1
    );
    assert_eq!(found(&[query("equal", "source", json!(["rest"]))]).await, ["a", "b"]);
    assert_eq!(
        found(&[query("greaterThan", "expiresAt", json!(["2023-11-14T00:00:00Z"]))]).await,
        ["a", "b"]
    );
    assert_eq!(found(&[query("cursorAfter", "", json!(["a"]))]).await, ["b"]);
    // Another person's, who had none; and one who has.
    assert_eq!(
        admin.refused(Method::PATCH, "/presences/a", &json!({ "userId": "ben" })).await,
        of(409, "presence_already_exists")
    );
    admin.ok(Method::DELETE, "/presences/b", &Value::Null).await;
    admin.ok(Method::PATCH, "/presences/a", &json!({ "userId": "ben", "status": "away" })).await;
    assert_eq!(ben.get("/presences/a").await["status"], "away");
    assert_eq!(ada.get("/presences").await["total"], 0);
    // Whoever is gone is nowhere.
    admin.ok(Method::DELETE, "/users/ben", &Value::Null).await;
    assert_eq!(admin.get("/presences").await["total"], 0);
}

#[tokio::test]
async fn a_socket_stands_for_somebody_as_long_as_it_is_open() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let (mut his, _) = Socket::open(&engine, "&channels[]=presences&channels[]=account", &ben).await;
    let (mut first, _) = Socket::open(&engine, "", &ada).await;
    let (mut second, _) = Socket::open(&engine, "", &ada).await;
    let (mut guest, _) = Socket::open(&engine, "", &engine.guest()).await;
    let online =
        json!({ "presenceId": "p", "status": "online", "permissions": TO_ALL, "metadata": { "page": 1 } });
    guest.say("presence", online.clone()).await;
    assert_eq!(guest.next().await["data"]["code"], 401);
    first.say("presence", online.clone()).await;
    let answer = first.next().await;
    assert_eq!((&answer["type"], &answer["data"]["to"]), (&json!("response"), &json!("presence")));
    assert_eq!(answer["data"]["presence"]["source"], "realtime");
    his.event("presences.p.upsert").await;
    second.say("presence", json!({ "status": "busy", "permissions": TO_ALL })).await;
    assert_eq!(second.next().await["data"]["presence"]["$id"], "p", "there is one of each person");
    assert_eq!(his.event("presences.p.upsert").await["payload"]["status"], "busy");
    second.say("presence", json!({ "status": "" })).await;
    assert_eq!(second.next().await["data"]["code"], 400);
    // One of the two closes: she is there still. What Ben hears next is his own change and no good-bye.
    drop(first);
    until("a socket to close", async || engine.open_sockets() <= 3).await;
    ben.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": {} })).await;
    his.event("users.ben.update.prefs").await;
    assert_eq!(ben.get("/presences/p").await["status"], "busy");
    drop(second);
    his.event("presences.p.delete").await;
    assert_eq!(ben.get("/presences").await["total"], 0);
    // What was said by other means stays when a socket closes.
    let (mut third, _) = Socket::open(&engine, "", &ada).await;
    third.say("presence", online).await;
    third.next().await;
    ada.ok(Method::PUT, "/presences/p", &json!({ "status": "by hand", "permissions": TO_ALL })).await;
    drop(third);
    until("a socket to close", async || engine.open_sockets() <= 2).await;
    assert_eq!(ben.get("/presences/p").await["status"], "by hand");
}

#[tokio::test]
async fn nobody_is_there_by_a_socket_of_before_the_server_was_gone() {
    let engine = Running::start().await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    ada.ok(Method::PUT, "/presences/p", &json!({ "status": "online" })).await;
    ben.ok(Method::PUT, "/presences/q", &json!({ "status": "by hand" })).await;
    // As a power cut leaves it: nobody said good-bye.
    let database = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let database = rusqlite::Connection::open(database).expect("opened");
    database.execute("UPDATE presence SET source = 'realtime' WHERE id = 'p'", []).expect("changed");
    drop(database);
    engine.later(1);
    let engine = engine.restart().await;
    engine.tidy().await;
    let list = engine.admin().get("/presences").await;
    assert_eq!((&list["total"], &list["presences"][0]["$id"]), (&json!(1), &json!("q")));
}
