//! Reading messages, and the targets that one names.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Row, types::Value as Sql};
use serde_json::json;

use super::{Message, SELECT};
use crate::{
    core::{
        error::ApiResult,
        query::{self, Field, List, Shape, Source},
        routes::{self, Call},
    },
    users::targets::{self, Target},
};

/// `GET /messaging/messages`
pub async fn list(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        let time = |column: &str| Field::plain(column).shaped(Shape::Millis);
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" => time("created"),
            "$updatedAt" => time("updated"),
            "scheduledAt" => time("scheduled"),
            "deliveredAt" => time("delivered"),
            "deliveredTotal" => Field::plain("delivered_total"),
            "status" => Field::plain("status"),
            "providerType" => Field::plain("channel"),
            "$sequence" => Field::plain("number"),
            _ => return None,
        })
    };
    let list =
        List::of(&call, &field)?.searched(&call, "(id || ' ' || channel || ' ' || status || ' ' || data)")?;
    let of_row = |row: &Row<'_>| Ok(Message::from_row(row)?.json());
    list.answer(&call.app.store, "messages", Source::whole(SELECT, "message", "number"), of_row).await
}

/// `GET /messaging/messages/{messageId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("messageId").to_owned();
    let message = call.app.store.read(move |c| Message::get(c, &id)).await?;
    routes::json(StatusCode::OK, &message.json())
}

/// `GET /messaging/messages/{messageId}/targets`: those that the message names one by one, as with Appwrite.
pub async fn targets(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "userId" => "user_id",
            "providerId" => "provider_id",
            "identifier" => "identifier",
            "providerType" => "kind",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?;
    let id = call.param("messageId").to_owned();
    query::answer(&call.app.store, "targets", move |c| {
        let named = json!(Message::get(c, &id)?.targets).to_string();
        list = list.only("id IN (SELECT value FROM json_each(?))", Sql::Text(named));
        let select = format!("SELECT {} FROM target", targets::COLUMNS);
        let source = Source::whole(&select, "target", "number");
        list.read(c, source, |row| Ok(Target::from_row(row)?.json()))
    })
    .await
}
