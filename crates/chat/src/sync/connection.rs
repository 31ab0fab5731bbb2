//! The one connection on which everything comes: the rooms, what happens in them, and the keys to read it
//! (simplified sliding sync, MSC4186).
//!
//! The SDK's `SyncService` has two, one for rooms and one for keys. There a message can come before its key, and the
//! SDK does not look again whether it was a request to verify; and whose keys must be asked for because of what the
//! one connection brought is asked only with the next request of the other, up to half a minute later.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use futures_util::{Stream, StreamExt, future::ready};
use matrix_sdk::{
    Client, SlidingSync, SlidingSyncList, SlidingSyncMode,
    ruma::{
        OwnedRoomId, RoomId, UInt,
        api::{client::sync::sync_events::v5::request, error::ErrorKind},
        events::StateEventType,
    },
    sliding_sync::PollTimeout,
};

const NAME: &str = "telestack";
const ROOMS: &str = "rooms";

/// The first answer is to come soon, with what is seen first; the rest follows in larger parts.
const FIRST_ROOMS: u32 = 20;
const MORE_ROOMS: u32 = 100;

/// How many events of a room one answer carries at most. With only one, a ring that arrives together with a message
/// would be left out of a room that is not open.
const EVENTS_PER_ROOM: u32 = 20;

/// What is known of a room whether it is open or not: its name and picture, who may do what in it, who calls in it.
const STATE: [(StateEventType, &str); 14] = [
    (StateEventType::RoomCreate, ""),
    (StateEventType::RoomName, ""),
    (StateEventType::RoomTopic, ""),
    (StateEventType::RoomAvatar, ""),
    (StateEventType::RoomCanonicalAlias, ""),
    (StateEventType::RoomEncryption, ""),
    (StateEventType::RoomPowerLevels, ""),
    (StateEventType::RoomJoinRules, ""),
    (StateEventType::RoomHistoryVisibility, ""),
    (StateEventType::RoomTombstone, ""),
    (StateEventType::MemberHints, ""),
    (StateEventType::RoomMember, "$LAZY"),
    (StateEventType::RoomMember, "$ME"),
    (StateEventType::CallMember, "*"),
];

pub struct Connection {
    sync: SlidingSync,
    /// The server may hold the next answer back until there is news.
    patient: Arc<AtomicBool>,
    open: Mutex<Vec<OwnedRoomId>>,
}

impl Connection {
    /// Not yet running. No network is needed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn new(client: &Client) -> matrix_sdk::Result<Self> {
        let patient = Arc::new(AtomicBool::new(false));
        let may_wait = patient.clone();
        let rooms = SlidingSyncList::builder(ROOMS)
            .sync_mode(SlidingSyncMode::new_growing(FIRST_ROOMS))
            .timeline_limit(EVENTS_PER_ROOM)
            .required_state(state())
            .requires_timeout(move |list| {
                if may_wait.load(Ordering::SeqCst) && list.is_fully_loaded() {
                    PollTimeout::Default
                } else {
                    PollTimeout::Some(0)
                }
            });
        let mut receipts = request::Receipts::default();
        receipts.enabled = Some(true);
        receipts.rooms = Some(vec![request::ExtensionRoomConfig::AllSubscribed]);
        let sync = client
            .sliding_sync(NAME)?
            .with_receipt_extension(receipts)
            .with_all_extensions()
            // No other process uses this store.
            .share_pos()
            .add_cached_list(rooms)
            .await?
            .build()
            .await?;
        Ok(Self { sync, patient, open: Mutex::default() })
    }

    /// Receipts and members come only for these rooms.
    pub fn open_rooms(&self, rooms: Vec<OwnedRoomId>) {
        let ids: Vec<&RoomId> = rooms.iter().map(AsRef::as_ref).collect();
        let at_once = self.patient.load(Ordering::SeqCst);
        self.sync.clear_and_subscribe_to_rooms(&ids, Some(open_room()), at_once);
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = rooms;
    }

    /// Syncs for as long as it is read: an item for each answer of the server, and one for the error that ends it.
    pub fn answers(&self) -> impl Stream<Item = matrix_sdk::Result<()>> + '_ {
        let begin = async {
            self.patient.store(false, Ordering::SeqCst);
            // A session that the server has forgotten took them with it; those that are there stay as they are.
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let ids: Vec<&RoomId> = open.iter().map(AsRef::as_ref).collect();
            self.sync.subscribe_to_rooms(&ids, Some(open_room()), false);
            self.grow_by(FIRST_ROOMS).await;
            self.sync.sync()
        };
        futures_util::stream::once(begin).flatten().then(async |answer| {
            answer?;
            if !self.patient.swap(true, Ordering::SeqCst) {
                self.grow_by(MORE_ROOMS).await;
            }
            Ok(())
        })
    }

    async fn grow_by(&self, rooms: u32) {
        let grow = |list: &SlidingSyncList| {
            list.set_sync_mode(SlidingSyncMode::new_growing(rooms));
            ready(())
        };
        self.sync.on_list(ROOMS, grow).await;
    }
}

fn state() -> Vec<(StateEventType, String)> {
    STATE.into_iter().map(|(kind, key)| (kind, key.to_owned())).collect()
}

fn open_room() -> request::RoomSubscription {
    let mut settings = request::RoomSubscription::default();
    settings.required_state = state();
    settings.required_state.push((StateEventType::RoomPinnedEvents, String::new()));
    settings.timeline_limit = UInt::from(EVENTS_PER_ROOM);
    settings
}

/// Whether the server has only forgotten where this device was: the next try begins anew.
pub fn is_forgotten(error: &matrix_sdk::Error) -> bool {
    matches!(error.client_api_error_kind(), Some(ErrorKind::UnknownPos))
}
