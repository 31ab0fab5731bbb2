//! The timelines that are open, and a few that were.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream::BoxStream};
use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{
        events::{
            AnySyncMessageLikeEvent, AnySyncStateEvent, AnySyncTimelineEvent, SyncMessageLikeEvent,
            SyncStateEvent,
            room::{member::MembershipChange, message::MessageType},
        },
        room_version_rules::RoomVersionRules,
    },
};
use matrix_sdk_ui::timeline::{EventTimelineItem, RoomExt, Timeline, TimelineItem, default_event_filter};
use tokio::sync::{Mutex, watch};

use super::updates;
use crate::{
    ChatError,
    sync::Connection,
    view::{ChatConnection, TimelineUpdate},
};

/// Going back to a room is instant while its timeline is kept. Ids of items hold for as long.
const KEPT: usize = 8;

/// Newest use last.
#[derive(Default)]
pub struct OpenTimelines(Mutex<Vec<Arc<Timeline>>>);

impl OpenTimelines {
    /// The room's timeline, made when it is not there.
    pub async fn get(&self, room: &Room, sync: &Connection) -> Result<Arc<Timeline>, ChatError> {
        if room.state() != RoomState::Joined {
            return Err(ChatError::Forbidden);
        }
        let mut open = self.0.lock().await;
        if let Some(at) = open.iter().position(|timeline| timeline.room().room_id() == room.room_id()) {
            let timeline = open.remove(at);
            open.push(timeline.clone());
            return Ok(timeline);
        }
        let timeline =
            Arc::new(room.timeline_builder().event_filter(shows).add_failed_to_parse(false).build().await?);
        open.push(timeline.clone());
        while open.len() > KEPT {
            // A timeline whose stream is read stays, however long ago it was opened.
            let Some(idle) = open.iter().position(|timeline| Arc::strong_count(timeline) == 1) else { break };
            open.remove(idle);
        }
        sync.open_rooms(open.iter().map(|timeline| timeline.room().room_id().to_owned()).collect());
        Ok(timeline)
    }

    pub async fn stream(
        timeline: Arc<Timeline>,
        client: Client,
        connection: watch::Receiver<ChatConnection>,
    ) -> BoxStream<'static, TimelineUpdate> {
        updates::stream(timeline, client, connection).await
    }

    pub async fn close_all(&self) {
        self.0.lock().await.clear();
    }
}

/// The item that the window calls `id`.
pub async fn find(timeline: &Timeline, id: &str) -> Result<EventTimelineItem, ChatError> {
    let items = timeline.items().await;
    let found = items.iter().rev().find(|item| item.unique_id().0 == id);
    found.and_then(|item| TimelineItem::as_event(item)).cloned().ok_or(ChatError::NotFound)
}

/// Waits until the item is something that `wanted` gives a value for.
pub async fn becomes<T>(
    timeline: &Timeline,
    id: &str,
    wanted: impl Fn(&EventTimelineItem) -> Option<T>,
) -> Result<T, ChatError> {
    let (_, mut changes) = timeline.subscribe().await;
    loop {
        if let Some(value) = wanted(&find(timeline, id).await?) {
            return Ok(value);
        }
        changes.next().await.ok_or(ChatError::NotFound)?;
    }
}

/// Messages, and those changes of the room that somebody wants to read.
fn shows(event: &AnySyncTimelineEvent, rules: &RoomVersionRules) -> bool {
    match event {
        AnySyncTimelineEvent::State(state) => match state {
            AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member)) => !matches!(
                member.membership_change(),
                MembershipChange::ProfileChanged { .. } | MembershipChange::None
            ),
            AnySyncStateEvent::RoomName(_)
            | AnySyncStateEvent::RoomTopic(_)
            | AnySyncStateEvent::RoomEncryption(_)
            | AnySyncStateEvent::RoomCreate(_) => true,
            _ => false,
        },
        // It has a dialog of its own.
        AnySyncTimelineEvent::MessageLike(AnySyncMessageLikeEvent::RoomMessage(
            SyncMessageLikeEvent::Original(message),
        )) if matches!(message.content.msgtype, MessageType::VerificationRequest(_)) => false,
        AnySyncTimelineEvent::MessageLike(_) => default_event_filter(event, rules),
    }
}
