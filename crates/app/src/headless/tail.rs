//! `tail`: what is in a room and what comes.

use std::collections::HashSet;

use serde_json::json;
use telestack_app::{ApiError, App, ErrorCode};
use telestack_chat::view::{Body, Message, TimelineItem, TimelineUpdate};
use telestack_model::ListDiff;

use super::{in_room, say, told::Told};

pub async fn tail(app: &App, room: &str) -> Result<(), ApiError> {
    let mut told = open(app, room).await?;
    let mut said = HashSet::new();
    loop {
        let news = tokio::select! {
            news = messages(&mut told) => news?,
            stopped = tokio::signal::ctrl_c() => {
                return stopped.map_err(|fault| ErrorCode::Internal.with(fault));
            }
        };
        for message in news {
            // What cannot be read yet is said when it can.
            if message.event_id.is_some()
                && message.body != Body::Undecryptable
                && said.insert(message.id.clone())
            {
                say(&json!({ "event": "message", "message": message }))?;
            }
        }
    }
}

/// The timeline of a room, as soon as the room is known here.
async fn open(app: &App, room: &str) -> Result<Told<TimelineUpdate>, ApiError> {
    in_room(|| async {
        let (sink, told) = Told::new();
        app.open_timeline(room.to_owned(), sink).await?;
        Ok(told)
    })
    .await
}

/// Messages that the next update of a timeline brings.
async fn messages(told: &mut Told<TimelineUpdate>) -> Result<Vec<Message>, ApiError> {
    loop {
        if let TimelineUpdate::Items { diffs } = told.next().await? {
            let items = diffs.iter().flat_map(ListDiff::items);
            return Ok(items
                .filter_map(|item| match item {
                    TimelineItem::Message(message) => Some(message.as_ref().clone()),
                    _ => None,
                })
                .collect());
        }
    }
}
