//! What an administrator decides while the server runs, and keys that open no more than they should.

#[path = "../harness/mod.rs"]
mod harness;

mod dev_keys;
mod health;
mod keys;
mod messages;
mod policies;
mod several;
mod switches;
mod usage;
mod variables;

use harness::{Client, Running};
use reqwest::Method;
use serde_json::Value;

const DAY: i64 = 86_400_000;

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

async fn key(engine: &Running, maker: &Client, new: &Value) -> (Client, Value) {
    let key = maker.ok(Method::POST, "/project/keys", new).await;
    (engine.guest().with("x-appwrite-key", key["secret"].as_str().expect("a secret")), key)
}

async fn policy(admin: &Client, id: &str, body: Value) {
    admin.ok(Method::PATCH, &format!("/project/policies/{id}"), &body).await;
}

fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
