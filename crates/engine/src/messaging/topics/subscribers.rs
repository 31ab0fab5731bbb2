//! Who subscribes to a topic. People subscribe targets of their own where the topic's roles let them; API keys anybody's.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::find as find_topic;
use crate::{
    core::{
        caller::Caller,
        clock::iso,
        error::{ApiError, ApiResult},
        events::Event,
        ids,
        query::{self, List, Source},
        routes::{self, Call},
        store::{StoreError, is_conflict},
    },
    users::targets::{self, Target},
};

const FROM: &str = "subscriber s JOIN target t ON t.id = s.target_id JOIN user u ON u.id = t.user_id";

/// The target's columns first, as [`Target::from_row`] reads them.
fn select() -> String {
    let target: Vec<String> = targets::COLUMNS.split(", ").map(|column| format!("t.{column}")).collect();
    format!(
        "SELECT {}, s.id, s.topic_id, s.created, s.updated, s.channel, u.name FROM {FROM}",
        target.join(", ")
    )
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let target = Target::from_row(row)?;
    Ok(json!({
        "$id": row.get::<_, String>(9)?,
        "$createdAt": iso(row.get(11)?),
        "$updatedAt": iso(row.get(12)?),
        "targetId": target.id,
        "target": target.json(),
        "userId": target.user_id,
        "userName": row.get::<_, String>(14)?,
        "topicId": row.get::<_, String>(10)?,
        "providerType": row.get::<_, String>(13)?,
    }))
}

fn find(c: &Connection, topic: &str, id: &str) -> Result<Value, StoreError> {
    let sql = format!("{} WHERE s.topic_id = ?1 AND s.id = ?2", select());
    let found = c.prepare_cached(&sql)?.query_row([topic, id], json_of).optional()?;
    Ok(found.ok_or_else(not_found)?)
}

fn not_found() -> ApiError {
    ApiError::not_found("subscriber_not_found", "A subscriber")
}

fn event(subscriber: &Value, action: &str, time: i64) -> Event {
    let text = |name: &str| subscriber[name].as_str().unwrap_or_default();
    Event::new(&[("topics", text("topicId")), ("subscribers", text("$id"))], action, subscriber.clone(), time)
}

/// `POST /messaging/topics/{topicId}/subscribers`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        subscriber_id: String,
        target_id: String,
    }
    if !call.caller.is_key() {
        call.caller.user()?;
    }
    let body: Body = call.json().await?;
    let (id, topic, target) =
        (ids::wanted(&body.subscriber_id)?, call.param("topicId").to_owned(), body.target_id);
    let (caller, now) = (call.caller, call.app.now());
    let subscriber = call
        .app
        .change(move |tx, events| {
            check_roles(&find_topic(tx, &topic)?, &caller)?;
            let known: Option<(String, String)> = tx
                .query_row("SELECT kind, user_id FROM target WHERE id = ?1", [&target], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            // Somebody else's target looks like none.
            let own = |user: &String| caller.is_key() || caller.user_id() == Some(user.as_str());
            let (channel, _) = known.filter(|(_, user)| own(user)).ok_or_else(targets::not_found)?;
            let sql = "INSERT INTO subscriber (id, topic_id, target_id, channel, created, updated)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
            match tx.execute(sql, params![id, topic, target, channel, now]) {
                Err(error) if is_conflict(&error) => return Err(already().into()),
                other => other?,
            };
            let subscriber = find(tx, &topic, &id)?;
            events.push(event(&subscriber, "create", now));
            Ok(subscriber)
        })
        .await?;
    routes::json(StatusCode::CREATED, &subscriber)
}

fn check_roles(topic: &Value, caller: &Caller) -> ApiResult<()> {
    let let_in = topic["subscribe"].as_array().is_some_and(|roles| {
        roles.iter().filter_map(Value::as_str).any(|role| caller.roles().iter().any(|own| own == role))
    });
    if caller.is_key() || let_in {
        return Ok(());
    }
    let message = "You may not subscribe to this topic.";
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", message))
}

fn already() -> ApiError {
    let message = "This id is taken, or the target subscribes to this topic already.";
    ApiError::new(StatusCode::CONFLICT, "subscriber_already_exists", message)
}

/// `GET /messaging/topics/{topicId}/subscribers`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "s.id",
            "$createdAt" => "s.created",
            "$updatedAt" => "s.updated",
            "targetId" => "s.target_id",
            "topicId" => "s.topic_id",
            "userId" => "t.user_id",
            "providerType" => "s.channel",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let topic = call.param("topicId").to_owned();
    let list = List::of_columns(&call, &column)?
        .searched(&call, "(s.id || ' ' || s.target_id || ' ' || t.user_id || ' ' || s.channel)")?
        .only("s.topic_id = ?", Sql::Text(topic.clone()));
    query::answer(&call.app.store, "subscribers", move |c| {
        find_topic(c, &topic)?;
        let select = select();
        let source = Source { select: &select, from: FROM, key: ("s.id", Vec::new()), last: "s.number" };
        list.read(c, source, json_of)
    })
    .await
}

/// `GET /messaging/topics/{topicId}/subscribers/{subscriberId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let (topic, id) = (call.param("topicId").to_owned(), call.param("subscriberId").to_owned());
    let subscriber = call.app.store.read(move |c| {
        find_topic(c, &topic)?;
        find(c, &topic, &id)
    });
    routes::json(StatusCode::OK, &subscriber.await?)
}

/// `DELETE /messaging/topics/{topicId}/subscribers/{subscriberId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    if !call.caller.is_key() {
        call.caller.user()?;
    }
    let (topic, id) = (call.param("topicId").to_owned(), call.param("subscriberId").to_owned());
    let (caller, now) = (call.caller, call.app.now());
    call.app
        .change(move |tx, events| {
            find_topic(tx, &topic)?;
            let subscriber = find(tx, &topic, &id)?;
            // Nobody ends what is not theirs, or learns that it is there.
            if !caller.is_key() && subscriber["userId"].as_str() != caller.user_id() {
                return Err(not_found().into());
            }
            tx.execute("DELETE FROM subscriber WHERE id = ?1", [&id])?;
            events.push(event(&subscriber, "delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}
