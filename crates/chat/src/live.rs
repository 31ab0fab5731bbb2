//! What happens now, in every room, open or not: rings, declined calls, changes of calls, messages to notify of.
//!
//! The key of an encrypted event travels on another connection than the event and often arrives after it: such
//! events wait here for their key.

use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream::BoxStream};
use matrix_sdk::{
    Client, Room,
    deserialized_responses::TimelineEventKind,
    ruma::{
        OwnedRoomId,
        events::{AnySyncTimelineEvent, room::encrypted::OriginalSyncRoomEncryptedEvent},
        serde::Raw,
    },
    sync::{JoinedRoomUpdate, RoomUpdates, State},
};
use tokio::{
    sync::{broadcast, mpsc},
    time::interval,
};

use crate::{
    CallEvent, Incoming,
    calls::{MEMBER_EVENT, ring, watch::Told},
    notify,
};

/// A key that takes longer than this comes too late for a ring.
const WAITS: Duration = Duration::from_secs(120);
const WAITING_AT_MOST: usize = 500;
/// Events may come twice: from the server, and as our own echo of it.
const REMEMBERED: usize = 1_000;
const TICK: Duration = Duration::from_secs(15);

pub struct Live {
    pub client: Client,
    pub calls: broadcast::Sender<CallEvent>,
    pub notifications: broadcast::Sender<Incoming>,
    /// Rooms whose row in the list changed.
    pub touched: mpsc::UnboundedSender<OwnedRoomId>,
}

struct Waiting {
    room: Room,
    event: Raw<AnySyncTimelineEvent>,
    since: Instant,
}

/// Takes the sync's updates at once: the SDK drops what is not taken soon, and a ring must not be among it.
pub async fn collect(
    mut updates: broadcast::Receiver<RoomUpdates>,
    collected: mpsc::UnboundedSender<RoomUpdates>,
) {
    loop {
        match updates.recv().await {
            Ok(update) => {
                if collected.send(update).is_err() {
                    return;
                }
            }
            Err(broadcast::error::RecvError::Lagged(missed)) => tracing::warn!(missed, "updates were missed"),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Runs until the client is gone.
pub async fn follow(live: Live, mut updates: mpsc::UnboundedReceiver<RoomUpdates>) {
    let mut state =
        Following { live, waiting: VecDeque::new(), seen: Seen::default(), told: Told::default() };
    let mut keys = state.keys().await;
    let mut tick = interval(TICK);
    for room in state.live.client.joined_rooms() {
        state.told.refresh(&room, &state.live.calls, &state.live.touched).await;
    }
    loop {
        tokio::select! {
            update = updates.recv() => match update {
                Some(update) => state.update(update).await,
                None => return,
            },
            rooms = keys.next() => match rooms {
                Some(rooms) => state.try_again(&rooms).await,
                // The stream ends when the SDK opens its store anew.
                None => keys = state.keys().await,
            },
            _ = tick.tick() => {
                state.waiting.retain(|event| event.since.elapsed() < WAITS);
                state.told.refresh_all(&state.live.client, &state.live.calls, &state.live.touched).await;
            }
        }
    }
}

struct Following {
    live: Live,
    waiting: VecDeque<Waiting>,
    seen: Seen,
    told: Told,
}

impl Following {
    /// Rooms for which keys arrived; none after lagging means that any room may have.
    async fn keys(&self) -> BoxStream<'static, Option<HashSet<OwnedRoomId>>> {
        match self.live.client.encryption().room_keys_received_stream().await {
            Some(stream) => stream
                .map(|keys| keys.ok().map(|keys| keys.into_iter().map(|key| key.room_id).collect()))
                .boxed(),
            None => futures_util::stream::pending().boxed(),
        }
    }

    async fn update(&mut self, update: RoomUpdates) {
        for (id, joined) in update.joined {
            let Some(room) = self.live.client.get_room(&id) else { continue };
            if touches_call(&joined) {
                self.told.refresh(&room, &self.live.calls, &self.live.touched).await;
            }
            for event in joined.timeline.events {
                match event.kind {
                    TimelineEventKind::UnableToDecrypt { event, .. } => {
                        if self.waiting.len() == WAITING_AT_MOST {
                            self.waiting.pop_front();
                        }
                        self.waiting.push_back(Waiting { room: room.clone(), event, since: Instant::now() });
                    }
                    kind => self.event(&room, kind.raw()).await,
                }
            }
        }
        for id in update.left.keys() {
            if let Some(room) = self.live.client.get_room(id) {
                self.told.refresh(&room, &self.live.calls, &self.live.touched).await;
            }
        }
        if !self.waiting.is_empty() {
            // The key may have come between the sync's try and ours.
            self.try_again(&None).await;
        }
    }

    async fn try_again(&mut self, rooms: &Option<HashSet<OwnedRoomId>>) {
        let mut still = VecDeque::new();
        for waiting in std::mem::take(&mut self.waiting) {
            let may_open = rooms.as_ref().is_none_or(|rooms| rooms.contains(waiting.room.room_id()));
            let event = waiting.event.cast_ref_unchecked::<OriginalSyncRoomEncryptedEvent>();
            let opened = if may_open { waiting.room.decrypt_event(event, None).await.ok() } else { None };
            match opened.map(|event| event.kind) {
                Some(TimelineEventKind::Decrypted(event)) => {
                    self.event(&waiting.room, event.event.cast_ref_unchecked()).await;
                }
                _ => still.push_back(waiting),
            }
        }
        self.waiting.append(&mut still);
    }

    async fn event(&mut self, room: &Room, event: &Raw<AnySyncTimelineEvent>) {
        let Some(id) = event.get_field::<String>("event_id").ok().flatten() else { return };
        if !self.seen.first_time(&id) {
            return;
        }
        if let Some(call) = ring::event(room, event).await {
            let _ = self.live.calls.send(call);
        } else if let Some(incoming) = notify::incoming(room, event).await {
            let _ = self.live.notifications.send(incoming);
        }
    }
}

fn touches_call(update: &JoinedRoomUpdate) -> bool {
    let concerns =
        |kind: Option<String>| kind.is_some_and(|kind| kind == MEMBER_EVENT || kind == "m.room.member");
    let (State::Before(state) | State::After(state)) = &update.state;
    state.iter().any(|event| concerns(event.get_field("type").ok().flatten()))
        || update.timeline.events.iter().any(|event| concerns(event.raw().get_field("type").ok().flatten()))
}

#[derive(Default)]
struct Seen {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    fn first_time(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}
