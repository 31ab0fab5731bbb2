//! Looking who is there. What expired is not there, whether or not it was taken away yet. A list may be asked to be old
//! (`ttl`); it is never.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Row, types::Value as Sql};

use super::presence::{Presence, SELECT};
use crate::core::{
    error::ApiResult,
    permissions::{self, Action},
    query::{Field, List, Shape, Source},
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
    let mut list = List::of(&call, &field)?.only("expires > ?", Sql::Integer(call.app.now()));
    if !call.caller.is_key() {
        list.page.only_with("permissions", permissions::opening(Action::Read, call.caller.roles()));
    }
    let source = Source::whole(SELECT, "presence", "number");
    let of_row = |row: &Row<'_>| Ok(Presence::from_row(row)?.json());
    list.answer(&call.app.store, "presences", source, of_row).await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (id, caller, now) = (call.param("presenceId").to_owned(), call.caller.clone(), call.app.now());
    let presence =
        call.app.store.read(move |c| Presence::find_for(c, &id, &caller, Action::Read, now)).await?;
    routes::json(StatusCode::OK, &presence.json())
}
