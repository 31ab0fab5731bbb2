//! The stream of one open timeline.

use std::{collections::HashSet, sync::Arc};

use futures_util::{StreamExt, pin_mut, stream::BoxStream};
use matrix_sdk::{Client, event_cache::PaginationStatus, ruma::OwnedEventId};
use matrix_sdk_ui::{
    eyeball_im::{Vector, VectorDiff},
    timeline::{EventTimelineItem, TimelineDetails, TimelineItem as SdkItem},
};
use telestack_model::ListDiff;
use tokio::sync::{broadcast, mpsc, watch};

use super::{OpenTimelines, RoomTimeline, item::Translator, room_timeline::doubles};
use crate::{
    names,
    view::{ChatConnection, TimelineItem, TimelineUpdate},
};

/// A window that does not read holds the reading of its room back, nothing else.
const AHEAD: usize = 64;

pub async fn stream(
    open: OpenTimelines,
    timeline: Arc<RoomTimeline>,
    client: Client,
    connection: watch::Receiver<ChatConnection>,
) -> BoxStream<'static, TimelineUpdate> {
    let (items, diffs) = timeline.subscribe().await;
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut reader = Reader {
            open,
            translator: Translator::new(timeline.clone()),
            timeline,
            items,
            doubles: 0,
            asked: HashSet::new(),
            sender,
        };
        // An error says that nobody reads any more.
        let _ = reader.run(client, diffs.boxed(), connection).await;
    });
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|update| (update, receiver))
    })
    .boxed()
}

type Diffs = BoxStream<'static, Vec<VectorDiff<Arc<SdkItem>>>>;

struct Reader {
    open: OpenTimelines,
    timeline: Arc<RoomTimeline>,
    translator: Translator,
    /// As the receiver has them once it is told.
    items: Vector<Arc<SdkItem>>,
    /// What of them stands twice and stayed so in a timeline made anew.
    doubles: usize,
    /// Answered messages that were asked for already.
    asked: HashSet<OwnedEventId>,
    sender: mpsc::Sender<TimelineUpdate>,
}

struct Closed;

impl Reader {
    async fn run(
        &mut self,
        client: Client,
        mut diffs: Diffs,
        mut connection: watch::Receiver<ChatConnection>,
    ) -> Result<(), Closed> {
        let room = self.timeline.room().clone();
        let (_typing_guard, mut typing) = room.subscribe_to_typing_notifications();
        let (pagination, paginating) = match self.timeline.live_back_pagination_status().await {
            Some((status, stream)) => (Some(status), stream.boxed()),
            None => (None, futures_util::stream::pending().boxed()),
        };
        pin_mut!(paginating);
        let mut online = *connection.borrow_and_update() == ChatConnection::Online;
        // One that nobody read may have gone wrong unseen.
        if let Some(fresh) = self.anew().await {
            diffs = fresh;
        }
        self.reset(online).await?;
        if let Some(status) = pagination {
            self.send(pagination_update(&status)).await?;
        }
        let members = self.timeline.clone();
        // Names of people who have not written lately; without a network the ids have to do.
        tokio::spawn(async move {
            if !members.room().are_members_synced() {
                members.fetch_members().await;
            }
        });
        loop {
            tokio::select! {
                () = self.sender.closed() => return Err(Closed),
                changes = diffs.next() => {
                    let Some(changes) = changes else { return Ok(()) };
                    for change in &changes {
                        change.clone().apply(&mut self.items);
                    }
                    match self.anew().await {
                        Some(fresh) => {
                            diffs = fresh;
                            self.reset(online).await?;
                        }
                        None => self.tell(changes, online).await?,
                    }
                }
                users = typing.recv() => match users {
                    Ok(users) => {
                        let mut who = Vec::with_capacity(users.len());
                        for user in users {
                            who.push(names::load(&room, &user).await);
                        }
                        self.send(TimelineUpdate::Typing { who }).await?;
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return Ok(()),
                },
                status = paginating.next() => {
                    let Some(status) = status else { return Ok(()) };
                    self.send(pagination_update(&status)).await?;
                }
                change = connection.changed() => {
                    if change.is_err() || !client.is_active() {
                        return Ok(());
                    }
                    let now = *connection.borrow_and_update() == ChatConnection::Online;
                    if now != online {
                        online = now;
                        self.waiting_again(online).await?;
                    }
                }
            }
        }
    }

    /// Goes over to another timeline where this one went wrong.
    async fn anew(&mut self) -> Option<Diffs> {
        if doubles(&self.items) <= self.doubles {
            return None;
        }
        tracing::warn!("a message stands twice: the timeline is made anew");
        let fresh = self.open.anew(&self.timeline).await;
        self.timeline = fresh.inspect_err(|error| tracing::warn!(%error, "it could not be")).ok()?;
        let (items, diffs) = self.timeline.subscribe().await;
        self.doubles = doubles(&items);
        self.items = items;
        self.translator = Translator::new(self.timeline.clone());
        Some(diffs.boxed())
    }

    async fn send(&self, update: TimelineUpdate) -> Result<(), Closed> {
        self.sender.send(update).await.map_err(|_| Closed)
    }

    async fn reset(&mut self, online: bool) -> Result<(), Closed> {
        let items = self.items.clone();
        let items = self.translate(items, online).await;
        self.send(TimelineUpdate::Items { diffs: vec![ListDiff::Reset { items }] }).await
    }

    async fn tell(&mut self, diffs: Vec<VectorDiff<Arc<SdkItem>>>, online: bool) -> Result<(), Closed> {
        let mut ours = Vec::with_capacity(diffs.len());
        for diff in diffs {
            ours.push(self.diff(diff, online).await);
        }
        self.send(TimelineUpdate::Items { diffs: ours }).await
    }

    async fn diff(&mut self, diff: VectorDiff<Arc<SdkItem>>, online: bool) -> ListDiff<TimelineItem> {
        match diff {
            VectorDiff::Append { values } => ListDiff::Append { items: self.translate(values, online).await },
            VectorDiff::Reset { values } => ListDiff::Reset { items: self.translate(values, online).await },
            VectorDiff::Clear => ListDiff::Clear,
            VectorDiff::PushFront { value } => ListDiff::PushFront { item: self.one(&value, online).await },
            VectorDiff::PushBack { value } => ListDiff::PushBack { item: self.one(&value, online).await },
            VectorDiff::PopFront => ListDiff::PopFront,
            VectorDiff::PopBack => ListDiff::PopBack,
            VectorDiff::Insert { index, value } => {
                ListDiff::Insert { index: place(index), item: self.one(&value, online).await }
            }
            VectorDiff::Set { index, value } => {
                ListDiff::Set { index: place(index), item: self.one(&value, online).await }
            }
            VectorDiff::Remove { index } => ListDiff::Remove { index: place(index) },
            VectorDiff::Truncate { length } => ListDiff::Truncate { length: place(length) },
        }
    }

    async fn translate(&mut self, items: Vector<Arc<SdkItem>>, online: bool) -> Vec<TimelineItem> {
        let mut translated = Vec::with_capacity(items.len());
        for item in &items {
            translated.push(self.one(item, online).await);
        }
        translated
    }

    async fn one(&mut self, item: &Arc<SdkItem>, online: bool) -> TimelineItem {
        self.ask_for_answered(item);
        self.translator.item(item, online).await
    }

    /// Messages that wait look different when the connection comes and goes.
    async fn waiting_again(&mut self, online: bool) -> Result<(), Closed> {
        let waiting: Vec<(usize, Arc<SdkItem>)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.as_event().is_some_and(EventTimelineItem::is_local_echo))
            .map(|(index, item)| (index, item.clone()))
            .collect();
        let mut diffs = Vec::with_capacity(waiting.len());
        for (index, item) in waiting {
            diffs.push(ListDiff::Set { index: place(index), item: self.one(&item, online).await });
        }
        if diffs.is_empty() { Ok(()) } else { self.send(TimelineUpdate::Items { diffs }).await }
    }

    /// What a message answers may lie further back than what is loaded. It comes back as a change of the item.
    fn ask_for_answered(&mut self, item: &SdkItem) {
        let Some(event) = item.as_event() else { return };
        let Some(reply) = event.content().in_reply_to() else { return };
        let Some(id) = event.event_id() else { return };
        if matches!(reply.event, TimelineDetails::Unavailable) && self.asked.insert(id.to_owned()) {
            let (timeline, id) = (self.timeline.clone(), id.to_owned());
            tokio::spawn(async move {
                if let Err(error) = timeline.fetch_details_for_event(&id).await {
                    tracing::debug!(%error, "an answered message was not found");
                }
            });
        }
    }
}

/// Timelines are far shorter than 2^32.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn pagination_update(status: &PaginationStatus) -> TimelineUpdate {
    match status {
        PaginationStatus::Idle { hit_timeline_start } => {
            TimelineUpdate::Pagination { loading: false, reached_start: *hit_timeline_start }
        }
        PaginationStatus::Paginating => TimelineUpdate::Pagination { loading: true, reached_start: false },
    }
}
