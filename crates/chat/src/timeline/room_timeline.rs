//! The SDK's timeline of a room, and how to make it anew under the same names.
//!
//! It can go wrong: the send queue puts what it sent into the event cache, and the sync brings the same message; each
//! tells the timeline of its change after it has let go of the cache (`handle_timeline_inner` of `matrix-sdk` 0.18), so
//! that the two can be told in the other order. The timeline then holds the message twice, and what is told later by its
//! place goes to its neighbour: seen in 1 of 8 first messages on a machine with far more to do than it could. The cache
//! itself is right, so a timeline made anew is.

use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    sync::Arc,
};

use futures_util::future::BoxFuture;
use matrix_sdk::{Room, ruma::EventId};
use matrix_sdk_ui::{
    eyeball_im::Vector,
    timeline::{EventTimelineItem, RoomExt, Timeline, TimelineEventItemId, TimelineItem},
};

use super::shown::shows;
use crate::ChatError;

/// A timeline of the SDK that is called as one.
pub struct RoomTimeline {
    sdk: Timeline,
    /// How often it was made.
    generation: u32,
    /// Names of items that the timeline before this one had, by the SDK's own.
    names: HashMap<String, String>,
}

impl Deref for RoomTimeline {
    type Target = Timeline;

    fn deref(&self) -> &Timeline {
        &self.sdk
    }
}

impl RoomTimeline {
    pub async fn new(room: &Room) -> Result<Self, ChatError> {
        Ok(Self { sdk: Self::build(room).await?, generation: 0, names: HashMap::new() })
    }

    /// The same room once more; what both hold keeps its name.
    pub async fn anew(&self) -> Result<Self, ChatError> {
        let sdk = Self::build(self.room()).await?;
        let mut before = HashMap::new();
        for item in &self.items().await {
            for id in item.as_event().into_iter().flat_map(ids) {
                before.entry(id).or_insert_with(|| self.name(item));
            }
        }
        let mut names = HashMap::new();
        for item in &sdk.items().await {
            let name = item.as_event().into_iter().flat_map(ids).find_map(|id| before.remove(&id));
            names.extend(name.map(|name| (item.unique_id().0.clone(), name)));
        }
        Ok(Self { sdk, generation: self.generation + 1, names })
    }

    /// In a box, for the type of what it does is too deep for whoever waits for it.
    fn build(room: &Room) -> BoxFuture<'_, Result<Timeline, ChatError>> {
        let builder = room.timeline_builder().event_filter(shows).add_failed_to_parse(false);
        Box::pin(async move { Ok(builder.build().await?) })
    }

    /// What the window calls an item.
    pub fn name(&self, item: &TimelineItem) -> String {
        let id = &item.unique_id().0;
        match (self.names.get(id), self.generation) {
            (Some(name), _) => name.clone(),
            (None, 0) => id.clone(),
            // The SDK counts from the beginning again.
            (None, generation) => format!("{generation}-{id}"),
        }
    }

    /// The item that the window calls `name`.
    pub async fn find(&self, name: &str) -> Result<EventTimelineItem, ChatError> {
        let items = self.items().await;
        let found = items.iter().rev().find(|item| self.name(item) == name);
        found.and_then(|item| item.as_event()).cloned().ok_or(ChatError::NotFound)
    }
}

/// What a message is known by: on its way it may be by one before, and by the other afterwards.
fn ids(event: &EventTimelineItem) -> impl Iterator<Item = TimelineEventItemId> {
    let sent = event.event_id().map(|id| TimelineEventItemId::EventId(id.to_owned()));
    let written = event.transaction_id().map(|id| TimelineEventItemId::TransactionId(id.to_owned()));
    sent.into_iter().chain(written)
}

/// Messages of the server that a timeline holds more than once.
pub fn doubles(items: &Vector<Arc<TimelineItem>>) -> usize {
    let events = items.iter().filter_map(|item| item.as_event());
    repeated(events.filter(|event| event.is_remote_event()).filter_map(EventTimelineItem::event_id))
}

fn repeated<'a>(events: impl Iterator<Item = &'a EventId>) -> usize {
    let mut seen = HashSet::new();
    events.filter(|event| !seen.insert(*event)).count()
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::event_id;

    use super::*;

    #[test]
    fn what_stands_twice_is_counted() {
        let (one, two) = (event_id!("$one"), event_id!("$two"));
        assert_eq!(repeated([one, two].into_iter()), 0);
        assert_eq!(repeated([one, two, one, one, two].into_iter()), 3);
    }
}
