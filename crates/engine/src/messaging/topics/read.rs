//! Reading topics.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use super::{SELECT, find, json_of};
use crate::core::{
    error::ApiResult,
    query::{self, Source},
    routes::{self, Call},
};

/// `GET /messaging/topics`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let total = |channel: &str| {
            format!(
                "(SELECT count(*) FROM subscriber s WHERE s.topic_id = topic.id AND s.channel = '{channel}')"
            )
        };
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "emailTotal" => return Some(total("email")),
            "smsTotal" => return Some(total("sms")),
            "pushTotal" => return Some(total("push")),
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(id || ' ' || name)", words);
    }
    let counted = call.counted();
    let (total, topics) = call
        .app
        .store
        .read(move |c| {
            let source = Source { select: SELECT, from: "topic", key: ("id", Vec::new()), last: "number" };
            page.list(c, source, counted, json_of)
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "topics": topics }))
}

/// `GET /messaging/topics/{topicId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("topicId").to_owned();
    routes::json(StatusCode::OK, &call.app.store.read(move |c| find(c, &id)).await?)
}
