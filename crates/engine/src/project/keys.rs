//! API keys: listed and read without their secrets, deleted.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::scopes;
use crate::core::{
    caller::Caller,
    clock::iso,
    error::{ApiError, ApiResult},
    query::{Field, List, Shape, Source},
    routes::{self, Call},
    store::StoreError,
};

const SELECT: &str = "SELECT id, name, scopes, created, expire, updated, accessed, sdks FROM api_key";

/// `GET /project/keys`: those that last. What lives for an hour is listed nowhere.
pub async fn list(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        let millis = |column: &str| Field::plain(column).shaped(Shape::Millis);
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" => millis("created"),
            "$updatedAt" => millis("updated"),
            "expire" => millis("expire"),
            "accessedAt" => millis("accessed"),
            "name" => Field::plain("name"),
            "scopes" => Field::plain("scopes").shaped(Shape::List),
            _ => return None,
        })
    };
    let mut list = List::of(&call, &field)?;
    list.page.conditions.push("(parent IS NULL)".to_owned());
    list.answer(&call.app.store, "keys", Source::whole(SELECT, "api_key", "rowid"), json_of).await
}

/// `GET /project/keys/{keyId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("keyId").to_owned();
    let key = call.app.store.read(move |c| find(c, &id)).await?.ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &key)
}

/// `DELETE /project/keys/{keyId}`, and with it what it made for an hour.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, caller) = (call.param("keyId").to_owned(), call.caller.clone());
    call.app
        .store
        .write(move |tx| {
            check_weaker(tx, &caller, &id)?;
            tx.execute("DELETE FROM api_key WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// Refuses to touch a key that opens more than the caller's: who may make small keys does not take the large one away.
pub fn check_weaker(c: &Connection, caller: &Caller, id: &str) -> Result<Value, StoreError> {
    let key = find(c, id)?.ok_or_else(not_found)?;
    let owned: Vec<String> = serde_json::from_value(key["scopes"].clone()).unwrap_or_default();
    scopes::check_owned(caller, &owned)?;
    Ok(key)
}

/// A key that lasts.
pub fn find(c: &Connection, id: &str) -> Result<Option<Value>, StoreError> {
    let sql = format!("{SELECT} WHERE id = ?1 AND parent IS NULL");
    Ok(c.query_row(&sql, [id], json_of).optional()?)
}

pub fn not_found() -> ApiError {
    ApiError::not_found("key_not_found", "A key")
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let time = |time: Option<i64>| time.map_or_else(String::new, iso);
    let list = |text: String| serde_json::from_str::<Value>(&text).unwrap_or_else(|_| json!([]));
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(3)?),
        "$updatedAt": iso(row.get(5)?),
        "name": row.get::<_, String>(1)?,
        "description": "",
        "expire": time(row.get(4)?),
        "scopes": list(row.get(2)?),
        "secret": "",
        "accessedAt": time(row.get(6)?),
        "sdks": list(row.get(7)?),
    }))
}
