//! `send`: one message, until the server has it.

use std::{collections::HashSet, time::Duration};

use serde_json::json;
use telestack_app::{ApiError, App, ErrorCode};
use telestack_chat::view::{Message, SendState, TimelineItem, TimelineUpdate};
use telestack_model::ListDiff;
use tokio::time::timeout;

use super::{in_room, say, told::Told};

const PATIENCE: Duration = Duration::from_secs(60);

pub async fn send(app: &App, room: &str, text: &str) -> Result<(), ApiError> {
    let mut told = open(app, room).await?;
    let before: HashSet<String> = messages(&mut told).await?.into_iter().map(|message| message.id).collect();
    app.send_text(room.to_owned(), text.to_owned(), None, Vec::new()).await?;
    let sent = async {
        loop {
            let news = messages(&mut told).await?;
            let ours = news.into_iter().find(|message| message.own && !before.contains(&message.id));
            match ours {
                Some(Message { state: SendState::Sent, event_id: Some(event_id), id, .. }) => {
                    return say(&json!({ "event": "sent", "id": id, "eventId": event_id }));
                }
                Some(Message { state: SendState::Failed, failure, .. }) => {
                    return Err(ErrorCode::Invalid.with(format!("not sent: {failure:?}")));
                }
                Some(_) | None => {}
            }
        }
    };
    timeout(PATIENCE, sent)
        .await
        .unwrap_or_else(|_| Err(ErrorCode::Offline.with("the server did not take it in time")))
}

/// The timeline of a room, as soon as the room is known here.
pub async fn open(app: &App, room: &str) -> Result<Told<TimelineUpdate>, ApiError> {
    in_room(|| async {
        let (sink, told) = Told::new();
        app.open_timeline(room.to_owned(), sink).await?;
        Ok(told)
    })
    .await
}

/// Messages that the next update of a timeline brings.
pub async fn messages(told: &mut Told<TimelineUpdate>) -> Result<Vec<Message>, ApiError> {
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
