//! `/messaging/topics`: what people subscribe to, and who did.

mod change;
mod read;
mod subscribers;

use axum::http::Method;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    permissions,
    routes::{Route, key, open},
    store::StoreError,
};

/// How many subscribe is counted where it is asked: nothing that takes a target away can leave it wrong.
const SELECT: &str = "SELECT id, name, subscribe, created, updated,
     (SELECT count(*) FROM subscriber s WHERE s.topic_id = topic.id AND s.channel = 'email'),
     (SELECT count(*) FROM subscriber s WHERE s.topic_id = topic.id AND s.channel = 'sms'),
     (SELECT count(*) FROM subscriber s WHERE s.topic_id = topic.id AND s.channel = 'push') FROM topic";

pub fn routes() -> Vec<Route> {
    let (read, write) = ("topics.read", "topics.write");
    let (topics, topic) = ("/messaging/topics", "/messaging/topics/{topicId}");
    let (of_topic, one) =
        ("/messaging/topics/{topicId}/subscribers", "/messaging/topics/{topicId}/subscribers/{subscriberId}");
    vec![
        key(write, Method::POST, topics, |call| Box::pin(change::create(call))),
        key(read, Method::GET, topics, |call| Box::pin(read::list(call))),
        key(read, Method::GET, topic, |call| Box::pin(read::get(call))),
        key(write, Method::PATCH, topic, |call| Box::pin(change::update(call))),
        key(write, Method::DELETE, topic, |call| Box::pin(change::delete(call))),
        open("subscribers.write", Method::POST, of_topic, |call| Box::pin(subscribers::create(call))),
        key("subscribers.read", Method::GET, of_topic, |call| Box::pin(subscribers::list(call))),
        key("subscribers.read", Method::GET, one, |call| Box::pin(subscribers::get(call))),
        open("subscribers.write", Method::DELETE, one, |call| Box::pin(subscribers::delete(call))),
    ]
}

fn find(c: &Connection, id: &str) -> Result<Value, StoreError> {
    let sql = format!("{SELECT} WHERE id = ?1");
    let found = c.prepare_cached(&sql)?.query_row([id], json_of).optional()?;
    Ok(found.ok_or_else(not_found)?)
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let subscribe: String = row.get(2)?;
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(3)?),
        "$updatedAt": iso(row.get(4)?),
        "name": row.get::<_, String>(1)?,
        "description": "",
        "emailTotal": row.get::<_, i64>(5)?,
        "smsTotal": row.get::<_, i64>(6)?,
        "pushTotal": row.get::<_, i64>(7)?,
        "subscribe": serde_json::from_str::<Value>(&subscribe).unwrap_or_else(|_| json!([])),
    }))
}

fn event(topic: &Value, action: &str, time: i64) -> Event {
    let id = topic["$id"].as_str().unwrap_or_default();
    Event::new(&[("topics", id)], action, topic.clone(), time)
}

fn not_found() -> ApiError {
    ApiError::not_found("topic_not_found", "A topic")
}

fn check_name(name: &str) -> ApiResult<String> {
    if name.is_empty() {
        return Err(ApiError::argument("'name' is missing."));
    }
    crate::users::check_name(name)
}

/// Roles as they are kept.
fn check_roles(roles: &[String]) -> ApiResult<String> {
    if roles.len() <= 100 && roles.iter().all(|role| permissions::is_role(role)) {
        Ok(json!(roles).to_string())
    } else {
        Err(ApiError::argument("'subscribe' is a list of at most 100 roles."))
    }
}
