//! The timelines that are open, and a few that were.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream::BoxStream};
use matrix_sdk::{Client, Room, RoomState};
use matrix_sdk_ui::timeline::EventTimelineItem;
use tokio::sync::{Mutex, watch};

use super::{room_timeline::RoomTimeline, updates};
use crate::{
    ChatError,
    sync::Connection,
    view::{ChatConnection, TimelineUpdate},
};

/// Going back to a room is instant while its timeline is kept. Ids of items hold for as long.
const KEPT: usize = 8;

/// Newest use last.
#[derive(Clone, Default)]
pub struct OpenTimelines(Arc<Mutex<Vec<Arc<RoomTimeline>>>>);

impl OpenTimelines {
    /// The room's timeline, made when it is not there.
    pub async fn get(&self, room: &Room, sync: &Connection) -> Result<Arc<RoomTimeline>, ChatError> {
        if room.state() != RoomState::Joined {
            return Err(ChatError::Forbidden);
        }
        let mut open = self.0.lock().await;
        if let Some(at) = open.iter().position(|timeline| timeline.room().room_id() == room.room_id()) {
            let timeline = open.remove(at);
            open.push(timeline.clone());
            return Ok(timeline);
        }
        let timeline = Arc::new(RoomTimeline::new(room).await?);
        open.push(timeline.clone());
        while open.len() > KEPT {
            // A timeline whose stream is read stays, however long ago it was opened.
            let Some(idle) = open.iter().position(|timeline| Arc::strong_count(timeline) == 1) else { break };
            open.remove(idle);
        }
        sync.open_rooms(open.iter().map(|timeline| timeline.room().room_id().to_owned()).collect());
        Ok(timeline)
    }

    /// Another in place of one that went wrong; the one that is there already where somebody else saw it too.
    pub async fn anew(&self, wrong: &Arc<RoomTimeline>) -> Result<Arc<RoomTimeline>, ChatError> {
        let mut open = self.0.lock().await;
        let room = wrong.room().room_id();
        let kept = open.iter_mut().find(|timeline| timeline.room().room_id() == room);
        let kept = kept.ok_or(ChatError::NotFound)?;
        if Arc::ptr_eq(kept, wrong) {
            *kept = Arc::new(wrong.anew().await?);
        }
        Ok(kept.clone())
    }

    /// What the timeline holds, then how it changes.
    pub async fn stream(
        &self,
        timeline: Arc<RoomTimeline>,
        client: Client,
        connection: watch::Receiver<ChatConnection>,
    ) -> BoxStream<'static, TimelineUpdate> {
        updates::stream(self.clone(), timeline, client, connection).await
    }

    pub async fn close_all(&self) {
        self.0.lock().await.clear();
    }
}

/// Waits until the item is something that `wanted` gives a value for.
pub async fn becomes<T>(
    timeline: &RoomTimeline,
    id: &str,
    wanted: impl Fn(&EventTimelineItem) -> Option<T>,
) -> Result<T, ChatError> {
    let (_, mut changes) = timeline.subscribe().await;
    loop {
        if let Some(value) = wanted(&timeline.find(id).await?) {
            return Ok(value);
        }
        changes.next().await.ok_or(ChatError::NotFound)?;
    }
}
