//! `POST /messaging/messages/CHANNEL`

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde_json::{Map, Value, json};

use super::{
    Message, Status,
    body::{self, Said},
    references::{check_data, check_targets},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
        store::is_conflict,
    },
    messaging::channel::Channel,
};

pub async fn create(mut call: Call, channel: Channel) -> ApiResult<Response> {
    let given: Map<String, Value> = call.json().await?;
    let id = ids::wanted(given.get("messageId").and_then(Value::as_str).unwrap_or_default())?;
    if Channel::parse(&id).is_some() {
        return Err(ApiError::argument(format!("'{id}' is a channel; give the message another id.")));
    }
    let now = call.app.now();
    let mut said = Said::read(channel, &given, now)?;
    let status = match (said.draft, said.scheduled) {
        (Some(true), _) => Status::Draft,
        (_, Some(_)) => Status::Scheduled,
        (_, None) => Status::Processing,
    };
    let [topics, users, targets] = [said.topics, said.users, said.targets].map(Option::unwrap_or_default);
    if status != Status::Draft && topics.is_empty() && users.is_empty() && targets.is_empty() {
        return Err(missing_target());
    }
    let app = call.app.clone();
    let message = call
        .app
        .change(move |tx, events| {
            check_targets(tx, channel, &targets.iter().map(String::as_str).collect::<Vec<_>>())?;
            check_data(tx, &app, channel, &mut said.data, said.scheduled.unwrap_or(now))?;
            let mut data = body::standard(channel);
            for (name, value) in said.data {
                data[name] = value;
            }
            body::check_whole(channel, &data)?;
            let sql = "INSERT INTO message (id, channel, topics, users, targets, data, status, scheduled, begun, created,
                   updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)";
            let list = |ids: &[String]| json!(ids).to_string();
            let begun = (status == Status::Processing).then_some(now);
            let values = params![
                id,
                channel.name(),
                list(&topics),
                list(&users),
                list(&targets),
                data.to_string(),
                status.name(),
                said.scheduled,
                begun,
                now
            ];
            match tx.execute(sql, values) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("message_already_exists", "A message").into());
                }
                other => other?,
            };
            let message = Message::get(tx, &id)?;
            events.push(message.event("create", now));
            Ok(message)
        })
        .await?;
    call.app.messaging.wake.notify_one();
    routes::json(StatusCode::CREATED, &message.json())
}

pub fn missing_target() -> ApiError {
    let message = "Say who gets the message: 'topics', 'users' or 'targets'.";
    ApiError::new(StatusCode::BAD_REQUEST, "message_missing_target", message)
}
