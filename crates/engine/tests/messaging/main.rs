//! Messages to many: providers, topics, what goes out when, and that nobody gets anything twice.

#[path = "../harness/mod.rs"]
mod harness;

mod access;
mod letters;
mod outside;
mod providers;
mod reliable;
mod scheduling;
mod sending;
mod topics;

use std::time::Duration;

use harness::{Client, Running, until_some};
use reqwest::Method;
use serde_json::{Value, json};

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

/// An address, a number or a device of somebody.
async fn target(engine: &Running, user: &str, id: &str, kind: &str, identifier: &str) -> Value {
    let new = json!({ "targetId": id, "providerType": kind, "identifier": identifier });
    engine.admin().ok(Method::POST, &format!("/users/{user}/targets"), &new).await
}

async fn send(engine: &Running, channel: &str, message: Value) -> Value {
    engine.admin().ok(Method::POST, &format!("/messaging/messages/{channel}"), &message).await
}

/// The message when it has `status`, waited for.
async fn until(engine: &Running, id: &str, status: &str) -> Value {
    let admin = engine.admin();
    until_some(&format!("{id} to be {status}"), async || {
        let message = admin.get(&format!("/messaging/messages/{id}")).await;
        let over = ["sent", "failed"].iter().any(|end| message["status"] == *end);
        assert!(!over || message["status"] == status, "not {status}: {message}");
        (message["status"] == status).then_some(message)
    })
    .await
}

/// Somebody with so many addresses, as if they had come over years; put into the database itself, for each request is
/// written to the disk on its own.
async fn crowd(engine: &Running, addresses: u32) {
    engine.admin().ok(Method::POST, "/users", &json!({ "userId": "crowd" })).await;
    let file = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let database = rusqlite::Connection::open(file).expect("opened");
    database.busy_timeout(Duration::from_secs(10)).expect("set");
    let sql = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?1)
         INSERT INTO target (id, user_id, kind, identifier, name, expired, created, updated)
         SELECT 't' || x, 'crowd', 'email', 'someone' || x || '@example.org', '', 0, 0, 0 FROM n";
    database.execute(sql, [addresses]).expect("written");
}

/// The id of the target that follows from somebody's address.
async fn address_of(client: &Client, user: &str) -> String {
    let targets = client.get(&format!("/users/{user}/targets")).await;
    targets["targets"][0]["$id"].as_str().expect("a target").to_owned()
}
