//! Reading messages, and the targets that one names.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;
use serde_json::{Value, json};

use super::{Message, SELECT};
use crate::{
    core::{
        error::ApiResult,
        query::{self, Field, Shape, Source},
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
    let mut page = query::parse_fields(&call.list("queries"), &field)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(id || ' ' || channel || ' ' || status || ' ' || data)", words);
    }
    let counted = call.counted();
    let (total, messages) = call
        .app
        .store
        .read(move |c| {
            let source = Source { select: SELECT, from: "message", key: ("id", Vec::new()), last: "number" };
            page.list(c, source, counted, Message::from_row)
        })
        .await?;
    let messages: Vec<Value> = messages.iter().map(Message::json).collect();
    routes::json(StatusCode::OK, &json!({ "total": total, "messages": messages }))
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
    let mut page = query::parse(&call.list("queries"), &column)?;
    let (id, counted) = (call.param("messageId").to_owned(), call.counted());
    let (total, targets) = call
        .app
        .store
        .read(move |c| {
            let message = Message::get(c, &id)?;
            page.conditions.push("(id IN (SELECT value FROM json_each(?)))".to_owned());
            page.values.push(Sql::Text(json!(message.targets).to_string()));
            let select = format!("SELECT {} FROM target", targets::COLUMNS);
            let source = Source { select: &select, from: "target", key: ("id", Vec::new()), last: "number" };
            page.list(c, source, counted, |row| Ok(Target::from_row(row)?.json()))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "targets": targets }))
}
