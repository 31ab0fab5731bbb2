//! The task of one stay: orders, the room's events and the steps of publishing, one after another.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use telestack_livekit::{
    ConnectionQuality, DisconnectReason, Library, Room, RoomEvent, RoomOptions, RtcError,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{others::Others, own::Own};
use crate::{
    control::{FromHost, HostStats, Quality, TrackSource},
    frames::Board,
    host::{FeedState, LazyLibrary, Studio},
};

/// What a stay needs to begin.
pub struct StayOptions {
    pub url: String,
    pub jwt: String,
    pub encrypted: bool,
    pub microphone: bool,
    pub camera: bool,
}

/// Asked of a stay, also while it is joining.
#[derive(Debug)]
pub enum Order {
    Microphone(bool),
    Camera(bool),
    Screen(bool),
    Key {
        identity: String,
        index: u8,
        key: Vec<u8>,
    },
    /// Which tiles show what, or their sizes, changed.
    Layout,
    Stats(oneshot::Sender<HostStats>),
}

/// What stays share with the rest of the host.
#[derive(Clone)]
pub struct Surroundings {
    pub library: LazyLibrary,
    pub board: Arc<Board>,
    pub studio: Arc<Studio>,
    pub tell: mpsc::UnboundedSender<FromHost>,
}

/// A stay in a room. Dropping it leaves without waiting.
#[derive(Debug)]
pub struct Stay {
    orders: Option<mpsc::UnboundedSender<Order>>,
    /// Set when it was left here: what the room says after that is nobody's business.
    silent: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Stay {
    /// Joins, once the stay before it has left.
    #[must_use]
    pub fn begin(surroundings: Surroundings, options: StayOptions, before: Option<Self>) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let silent = Arc::new(AtomicBool::new(false));
        let quiet = silent.clone();
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                before.leave().await;
            }
            let teller = Teller { silent: quiet, tell: surroundings.tell.clone() };
            run(surroundings, options, received, &teller).await;
        });
        Self { orders: Some(orders), silent, task }
    }

    pub fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // A stay that has ended takes no orders; that it ended was told.
            let _ = orders.send(order);
        }
    }

    /// Leaves and waits for it.
    pub async fn leave(mut self) {
        self.silent.store(true, Ordering::SeqCst);
        self.orders = None;
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the stay in a room panicked");
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        // The task sees its orders end.
        self.silent.store(true, Ordering::SeqCst);
    }
}

struct Teller {
    silent: Arc<AtomicBool>,
    tell: mpsc::UnboundedSender<FromHost>,
}

impl Teller {
    fn say(&self, told: impl Into<Option<FromHost>>) {
        if let Some(told) = told.into().filter(|_| !self.silent.load(Ordering::SeqCst)) {
            // Nobody listens only when the host is ending.
            let _ = self.tell.send(told);
        }
    }
}

/// What is wanted, kept from before the room was joined.
#[derive(Default)]
struct Wanted {
    microphone: bool,
    camera: bool,
    screen: bool,
    /// By identity and index.
    keys: HashMap<(String, u8), Vec<u8>>,
}

impl Wanted {
    fn has_key(&self, identity: &str) -> bool {
        self.keys.keys().any(|(of, _)| of == identity)
    }
}

async fn run(
    surroundings: Surroundings,
    options: StayOptions,
    mut orders: mpsc::UnboundedReceiver<Order>,
    teller: &Teller,
) {
    let since = Instant::now();
    let mut wanted = Wanted { microphone: options.microphone, camera: options.camera, ..Wanted::default() };
    // A camera takes longer to start than a room to join.
    surroundings.studio.call_camera(wanted.camera);
    let library = match surroundings.library.get().await {
        Ok(library) => library,
        Err(code) => {
            surroundings.studio.call_camera(false);
            return teller.say(FromHost::Unusable { code: code.to_owned() });
        }
    };
    let joining = Room::connect(
        &library,
        &options.url,
        &options.jwt,
        RoomOptions { encryption: options.encrypted, ..RoomOptions::default() },
    );
    tokio::pin!(joining);
    let joined = loop {
        tokio::select! {
            joined = &mut joining => break joined,
            order = orders.recv() => match order {
                Some(order) => {
                    keep(order, &mut wanted);
                    surroundings.studio.call_camera(wanted.camera);
                }
                None => return surroundings.studio.call_camera(false),
            },
        }
    };
    match joined {
        Ok((room, events)) => {
            let stay = Present::new(&surroundings, library, room, options.encrypted, wanted, since);
            stay.run(orders, events, teller).await;
        }
        Err(error) => {
            tracing::warn!(%error, "not joined");
            surroundings.studio.call_camera(false);
            teller.say(FromHost::Disconnected { reason: DisconnectReason::JoinFailure.word().to_owned() });
        }
    }
}

fn keep(order: Order, wanted: &mut Wanted) {
    match order {
        Order::Microphone(on) => wanted.microphone = on,
        Order::Camera(on) => wanted.camera = on,
        Order::Screen(on) => wanted.screen = on,
        Order::Key { identity, index, key } => {
            wanted.keys.insert((identity, index), key);
        }
        Order::Layout => {}
        Order::Stats(answer) => {
            let _ = answer.send(HostStats::default());
        }
    }
}

/// In the room.
struct Present {
    studio: Arc<Studio>,
    room: Arc<Room>,
    wanted: Wanted,
    own: Own,
    others: Others,
    encrypted: bool,
    since: Instant,
}

impl Present {
    fn new(
        surroundings: &Surroundings,
        library: Library,
        room: Room,
        encrypted: bool,
        wanted: Wanted,
        since: Instant,
    ) -> Self {
        let Surroundings { board, studio, tell, .. } = surroundings;
        let room = Arc::new(room);
        studio.call(Some(library));
        for ((identity, index), key) in &wanted.keys {
            use_key(&room, identity, *index, key);
        }
        let may_publish = !encrypted || wanted.has_key(room.identity());
        Self {
            studio: studio.clone(),
            own: Own::new(library, room.clone(), studio.clone(), tell.clone(), may_publish),
            others: Others::new(encrypted, board.clone(), studio.chain().clone()),
            room,
            wanted,
            encrypted,
            since,
        }
    }

    async fn run(
        mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut events: mpsc::UnboundedReceiver<RoomEvent>,
        teller: &Teller,
    ) {
        teller.say(FromHost::Connected);
        self.want();
        let mut camera = self.studio.state(TrackSource::Camera);
        let mut screen = self.studio.state(TrackSource::Screen);
        let mut look_again = None;
        loop {
            tokio::select! {
                // What was asked here comes before what the room tells: keys before the frames they open.
                biased;
                order = orders.recv() => match order {
                    Some(order) => self.order(order, teller),
                    None => break,
                },
                done = self.own.step() => self.own.done(done),
                event = events.recv() => match event {
                    Some(RoomEvent::Disconnected { reason }) => {
                        teller.say(FromHost::Disconnected { reason: reason.word().to_owned() });
                        break;
                    }
                    Some(event) => self.event(event, teller),
                    None => {
                        teller.say(FromHost::Disconnected { reason: "unknown".to_owned() });
                        break;
                    }
                },
                Ok(()) = camera.changed() => {
                    let state: FeedState = *camera.borrow_and_update();
                    self.own.feed_changed(TrackSource::Camera, state);
                }
                Ok(()) = screen.changed() => {
                    let state: FeedState = *screen.borrow_and_update();
                    self.own.feed_changed(TrackSource::Screen, state);
                }
                () = until(look_again) => {}
            }
            look_again = self.others.look_at_layout(Instant::now());
        }
        self.leave().await;
    }

    async fn leave(self) {
        let Self { studio, room, own, others, .. } = self;
        own.end().await;
        drop(others);
        studio.call(None);
        match Arc::try_unwrap(room) {
            Ok(room) => room.leave().await,
            // Dropped with its last holder, which leaves as well.
            Err(room) => drop(room),
        }
    }

    fn want(&mut self) {
        self.own.want(self.wanted.microphone, self.wanted.camera, self.wanted.screen);
    }

    fn order(&mut self, order: Order, teller: &Teller) {
        match order {
            Order::Key { identity, index, key } => {
                use_key(&self.room, &identity, index, &key);
                let own = identity == self.room.identity();
                teller.say(self.others.has_key(&identity));
                self.wanted.keys.insert((identity, index), key);
                if own {
                    self.own.allow();
                }
            }
            Order::Stats(answer) => {
                let participants = self.others.stats(self.since);
                let _ = answer.send(HostStats { connected: true, participants });
            }
            // The layout is looked at after every order.
            Order::Layout => {}
            order @ (Order::Microphone(_) | Order::Camera(_) | Order::Screen(_)) => {
                keep(order, &mut self.wanted);
                self.want();
            }
        }
    }

    fn event(&mut self, event: RoomEvent, teller: &Teller) {
        let own = |identity: &str| identity == self.room.identity();
        let told = match event {
            RoomEvent::ParticipantConnected { identity } => {
                let has_key = self.wanted.has_key(&identity);
                self.others.joined(identity, has_key)
            }
            RoomEvent::ParticipantDisconnected { identity } => Some(self.others.left(identity)),
            RoomEvent::TrackPublished(publication) => self.others.published(publication),
            RoomEvent::TrackUnpublished { sid, .. } => self.others.unpublished(&sid),
            RoomEvent::TrackSubscribed(track) => {
                if let Err(error) = self.others.subscribed(track) {
                    log_reading(&error);
                }
                None
            }
            RoomEvent::TrackUnsubscribed { sid, .. } => {
                self.others.unsubscribed(&sid);
                None
            }
            RoomEvent::SubscriptionFailed { error, .. } => {
                tracing::warn!(%error, "not subscribed");
                None
            }
            // The own ones are told when they are muted.
            RoomEvent::TrackMuted { identity, .. } if own(&identity) => None,
            RoomEvent::TrackMuted { sid, muted, .. } => self.others.muted(&sid, muted),
            RoomEvent::Speakers { identities } => Some(FromHost::Speaking { identities }),
            RoomEvent::Quality { identity, quality } => {
                Some(FromHost::Quality { identity, quality: judged(quality) })
            }
            RoomEvent::Encryption { identity, .. } if own(&identity) || !self.encrypted => None,
            RoomEvent::Encryption { identity, state } => self.others.encryption(&identity, state),
            RoomEvent::Reconnecting => Some(FromHost::Reconnecting),
            RoomEvent::Reconnected => Some(FromHost::Reconnected),
            RoomEvent::LocalTrackRepublished { .. } | RoomEvent::Disconnected { .. } => None,
        };
        teller.say(told);
    }
}

fn use_key(room: &Room, identity: &str, index: u8, key: &[u8]) {
    if let Err(error) = room.set_key(identity, index, key) {
        tracing::warn!(%error, index, "a key was not taken");
    }
}

fn log_reading(error: &RtcError) {
    tracing::warn!(%error, "a track cannot be read");
}

/// The server calls the middle of three "good".
fn judged(quality: ConnectionQuality) -> Quality {
    match quality {
        ConnectionQuality::Excellent => Quality::Good,
        ConnectionQuality::Good => Quality::Fair,
        ConnectionQuality::Poor => Quality::Poor,
        ConnectionQuality::Lost => Quality::Lost,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
