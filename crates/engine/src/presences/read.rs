//! Looking who is there. What expired is not there, whether or not it was taken away yet. A list may be asked to be old
//! (`ttl`); it is never.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;
use serde_json::{Value, json};

use super::presence::{Presence, SELECT};
use crate::core::{
    error::ApiResult,
    permissions::{self, Action},
    query::{self, Field, Shape, Source},
    routes::{self, Call},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        let (column, shape) = match name {
            "$id" => ("id", Shape::Plain),
            "$createdAt" => ("created", Shape::Millis),
            "$updatedAt" => ("updated", Shape::Millis),
            "$sequence" => ("number", Shape::Plain),
            "expiresAt" => ("expires", Shape::Millis),
            "userId" => ("user_id", Shape::Plain),
            "status" => ("status", Shape::Plain),
            "source" => ("source", Shape::Plain),
            _ => return None,
        };
        Some(Field::plain(column).shaped(shape))
    };
    let mut page = query::parse_fields(&call.list("queries"), &field)?;
    page.conditions.push("(expires > ?)".to_owned());
    page.values.push(Sql::Integer(call.app.now()));
    if !call.caller.is_key() {
        page.only_with("permissions", permissions::opening(Action::Read, call.caller.roles()));
    }
    let counted = call.counted();
    let (total, presences) = call
        .app
        .store
        .read(move |c| {
            let source = Source { select: SELECT, from: "presence", key: ("id", Vec::new()), last: "number" };
            page.list(c, source, counted, Presence::from_row)
        })
        .await?;
    let presences: Vec<Value> = presences.iter().map(Presence::json).collect();
    routes::json(StatusCode::OK, &json!({ "total": total, "presences": presences }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (id, caller, now) = (call.param("presenceId").to_owned(), call.caller.clone(), call.app.now());
    let presence =
        call.app.store.read(move |c| Presence::find_for(c, &id, &caller, Action::Read, now)).await?;
    routes::json(StatusCode::OK, &presence.json())
}
