//! Making, changing and deleting topics.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::{check_name, check_roles, event, find};
use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
    store::is_conflict,
};

/// `POST /messaging/topics`. Where nobody says who may subscribe, everybody who is signed in may.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        topic_id: String,
        name: String,
        #[serde(default)]
        subscribe: Option<Vec<String>>,
    }
    let body: Body = call.json().await?;
    let (id, name) = (ids::wanted(&body.topic_id)?, check_name(&body.name)?);
    let subscribe = check_roles(&body.subscribe.unwrap_or_else(|| vec!["users".into()]))?;
    let now = call.app.now();
    let topic = call
        .app
        .change(move |tx, events| {
            let sql = "INSERT INTO topic (id, name, subscribe, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
            match tx.execute(sql, params![id, name, subscribe, now]) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("topic_already_exists", "A topic").into());
                }
                other => other?,
            };
            let topic = find(tx, &id)?;
            events.push(event(&topic, "create", now));
            Ok(topic)
        })
        .await?;
    routes::json(StatusCode::CREATED, &topic)
}

/// `PATCH /messaging/topics/{topicId}`. Who subscribed stays, also where they might not any more.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        subscribe: Option<Vec<String>>,
    }
    let body: Body = call.json().await?;
    let name = body.name.map(|name| check_name(&name)).transpose()?;
    let subscribe = body.subscribe.map(|roles| check_roles(&roles)).transpose()?;
    let (id, now) = (call.param("topicId").to_owned(), call.app.now());
    let topic = call
        .app
        .change(move |tx, events| {
            find(tx, &id)?;
            tx.execute(
                "UPDATE topic SET name = coalesce(?1, name), subscribe = coalesce(?2, subscribe), updated = ?3
                 WHERE id = ?4",
                params![name, subscribe, now, id],
            )?;
            let topic = find(tx, &id)?;
            events.push(event(&topic, "update", now));
            Ok(topic)
        })
        .await?;
    routes::json(StatusCode::OK, &topic)
}

/// `DELETE /messaging/topics/{topicId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (call.param("topicId").to_owned(), call.app.now());
    call.app
        .change(move |tx, events| {
            let topic = find(tx, &id)?;
            tx.execute("DELETE FROM topic WHERE id = ?1", [&id])?;
            events.push(event(&topic, "delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}
