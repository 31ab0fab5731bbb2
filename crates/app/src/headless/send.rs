//! `send`: one message, until the server has it.

use std::time::Duration;

use serde_json::json;
use telestack_app::{ApiError, App, ErrorCode};
use tokio::time::timeout;

use super::{in_room, say};

const PATIENCE: Duration = Duration::from_secs(60);

pub async fn send(app: &App, room: &str, text: &str) -> Result<(), ApiError> {
    let delivered = in_room(|| app.deliver_text(room.to_owned(), text.to_owned()));
    let event_id = timeout(PATIENCE, delivered)
        .await
        .unwrap_or_else(|_| Err(ErrorCode::Offline.with("the server did not take it in time")))?;
    say(&json!({ "event": "sent", "eventId": event_id }))
}
