//! Reading topics.

use axum::{http::StatusCode, response::Response};

use super::{SELECT, find, json_of};
use crate::core::{
    error::ApiResult,
    query::{List, Source},
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
    List::of_columns(&call, &column)?
        .searched(&call, "(id || ' ' || name)")?
        .answer(&call.app.store, "topics", Source::whole(SELECT, "topic", "number"), json_of)
        .await
}

/// `GET /messaging/topics/{topicId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("topicId").to_owned();
    routes::json(StatusCode::OK, &call.app.store.read(move |c| find(c, &id)).await?)
}
