//! What LiveKit tells: calls and who was in them become rows.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use serde::Deserialize;
use serde_json::json;
use telestack_model::{DATABASE, user_id_of_localpart};

use crate::{
    GatewayError, Inner, now_millis,
    prepare::{CALLS, PARTICIPANTS},
    tokens,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event: String,
    #[serde(default)]
    room: Room,
    participant: Option<Participant>,
}

#[derive(Debug, Default, Deserialize)]
struct Room {
    #[serde(default)]
    sid: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Participant {
    sid: String,
    identity: String,
}

pub async fn receive(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, GatewayError> {
    let authorization =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let config = &gateway.config;
    if !tokens::is_livekit_webhook(&config.livekit_key, &config.livekit_secret, authorization, &body) {
        return Err(GatewayError::Unauthorized);
    }
    let event: Event = serde_json::from_slice(&body).map_err(|_| GatewayError::Invalid("the event"))?;
    let now = chrono::DateTime::from_timestamp_millis(now_millis()).unwrap_or_default().to_rfc3339();
    let call = &event.room.sid;
    let backend = &gateway.backend;
    // Sids are unique and legal row ids, so an event that comes twice writes the same row twice.
    match (event.event.as_str(), &event.participant) {
        ("room_started", _) => {
            let row = json!({ "roomName": event.room.name, "startedAt": now });
            backend.upsert_row(DATABASE, CALLS, call, &row, None).await?;
        }
        ("room_finished", _) => {
            let row = json!({ "roomName": event.room.name, "endedAt": now });
            backend.upsert_row(DATABASE, CALLS, call, &row, None).await?;
        }
        ("participant_joined", Some(participant)) => {
            let user = user_of(&participant.identity);
            let row =
                json!({ "callId": call, "identity": participant.identity, "userId": user, "joinedAt": now });
            backend.upsert_row(DATABASE, PARTICIPANTS, &participant.sid, &row, None).await?;
        }
        ("participant_left", Some(participant)) => {
            let row = json!({ "callId": call, "identity": participant.identity, "leftAt": now });
            backend.upsert_row(DATABASE, PARTICIPANTS, &participant.sid, &row, None).await?;
        }
        _ => {}
    }
    Ok(StatusCode::OK)
}

/// The Appwrite user behind `@localpart:server:DEVICE`.
fn user_of(identity: &str) -> Option<String> {
    let (localpart, _) = identity.strip_prefix('@')?.split_once(':')?;
    user_id_of_localpart(localpart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_names_its_user() {
        assert_eq!(user_of("@=41da:localhost:DEVICE").as_deref(), Some("Ada"));
        for foreign in ["", "ada", "@", "@a/b:x:D", "@A:x:D"] {
            assert_eq!(user_of(foreign), None, "{foreign}");
        }
    }
}
