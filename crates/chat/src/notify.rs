//! Which messages deserve a desktop notification: those that the account's push rules say, when they are new.

use std::time::Duration;

use matrix_sdk::{
    Room,
    deserialized_responses::TimelineEvent,
    ruma::{MilliSecondsSinceUnixEpoch, events::AnySyncTimelineEvent, push::Action, serde::Raw},
};
use matrix_sdk_ui::timeline::TimelineItemContent;

use crate::{
    Incoming, card, names,
    timeline::body::{one_line, preview},
    view::Preview,
};

/// What was written while nobody was here is in the list as unread; it does not ring a bell each.
const NEW_FOR: Duration = Duration::from_secs(300);

pub async fn incoming(room: &Room, event: &Raw<AnySyncTimelineEvent>) -> Option<Incoming> {
    let known = event.deserialize().ok()?;
    if known.sender() == room.own_user_id() || matches!(known, AnySyncTimelineEvent::State(_)) {
        return None;
    }
    let written = known.origin_server_ts();
    let age = u64::from(MilliSecondsSinceUnixEpoch::now().get()).saturating_sub(u64::from(written.get()));
    if u128::from(age) > NEW_FOR.as_millis() {
        return None;
    }
    let actions = room.event_push_actions(event).await.ok()??;
    if !actions.iter().any(Action::should_notify) {
        return None;
    }
    let content = TimelineItemContent::from_event(room, TimelineEvent::from_plaintext(event.clone())).await?;
    let text = match preview(&content, card::of_event(event)) {
        Preview::Text { text } => Some(one_line(&text)),
        Preview::File { name } | Preview::Card { name } => Some(name),
        Preview::Image => None,
        _ => return None,
    };
    Some(Incoming {
        room_id: room.room_id().to_string(),
        event_id: known.event_id().to_string(),
        room_name: names::of_room(room).await,
        sender_name: names::load(room, known.sender()).await.name,
        text,
        time: u64::from(written.get()) as f64,
    })
}
