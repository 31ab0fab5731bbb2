//! Changing a message before it goes out, and deleting one.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde_json::{Map, Value, json};

use super::{
    Message, Status,
    body::{self, Said},
    create::missing_target,
    references::{check_data, check_targets},
    refusal,
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
    },
    messaging::channel::Channel,
};

/// `PATCH /messaging/messages/CHANNEL/{messageId}`
pub async fn update(mut call: Call, channel: Channel) -> ApiResult<Response> {
    let given: Map<String, Value> = call.json().await?;
    let (id, now, app) = (call.param("messageId").to_owned(), call.app.now(), call.app.clone());
    let mut said = Said::read(channel, &given, now)?;
    let message = call
        .app
        .change(move |tx, events| {
            let known = Message::get(tx, &id)?;
            if known.channel != channel {
                return Err(ApiError::not_found("message_not_found", "A message").into());
            }
            // One whose time has come and that waits for its turn is as good as gone.
            if let Some(error) = refusal(known.status).or_else(|| is_due(&known, now)) {
                return Err(error.into());
            }
            let status = match (said.draft, said.scheduled) {
                (None, None) => known.status,
                (Some(true), _) => Status::Draft,
                (_, Some(_)) => Status::Scheduled,
                (Some(false), None) => Status::Processing,
            };
            let [topics, users, targets] = [
                said.topics.unwrap_or(known.topics),
                said.users.unwrap_or(known.users),
                said.targets.unwrap_or(known.targets),
            ];
            if status != Status::Draft && topics.is_empty() && users.is_empty() && targets.is_empty() {
                return Err(missing_target().into());
            }
            let scheduled = said.scheduled.or(known.scheduled);
            check_targets(tx, channel, &targets.iter().map(String::as_str).collect::<Vec<_>>())?;
            check_data(tx, &app, channel, &mut said.data, scheduled.unwrap_or(now))?;
            let mut data = known.data;
            for (name, value) in said.data {
                data[name] = value;
            }
            body::check_whole(channel, &data)?;
            let list = |ids: &[String]| json!(ids).to_string();
            let begun = (status == Status::Processing).then_some(now);
            tx.execute(
                "UPDATE message SET topics = ?1, users = ?2, targets = ?3, data = ?4, status = ?5, scheduled = ?6,
                   begun = ?7, updated = ?8 WHERE id = ?9",
                params![
                    list(&topics),
                    list(&users),
                    list(&targets),
                    data.to_string(),
                    status.name(),
                    scheduled,
                    begun,
                    now,
                    id
                ],
            )?;
            let message = Message::get(tx, &id)?;
            events.push(message.event("update", now));
            Ok(message)
        })
        .await?;
    call.app.messaging.wake.notify_one();
    routes::json(StatusCode::OK, &message.json())
}

/// `DELETE /messaging/messages/{messageId}`. What was sent is not called back by it; what is going out cannot be
/// deleted meanwhile.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (call.param("messageId").to_owned(), call.app.now());
    call.app
        .change(move |tx, events| {
            let message = Message::get(tx, &id)?;
            let going = refusal(message.status).filter(|_| message.status == Status::Processing);
            if let Some(error) = going.or_else(|| is_due(&message, now)) {
                return Err(error.into());
            }
            tx.execute("DELETE FROM message WHERE id = ?1", [&id])?;
            events.push(message.event("delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

fn is_due(message: &Message, now: i64) -> Option<ApiError> {
    let due = message.status == Status::Scheduled && message.scheduled.is_some_and(|time| time <= now);
    due.then(|| {
        let text = "The time of this message has come.";
        ApiError::new(StatusCode::BAD_REQUEST, "message_already_scheduled", text)
    })
}
