//! Chat: what the app calls. One file for each area.

mod calls;
mod encryption;
mod messages;
mod people;
mod rooms;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use matrix_sdk::{
    Client, Room,
    ruma::{OwnedRoomId, RoomId, presence::PresenceState},
    store::RoomLoadSettings,
};
use serde_json::Value;
use tokio::{
    sync::{Notify, broadcast, mpsc, watch},
    task::AbortHandle,
    time::timeout,
};

use crate::{
    CallEvent, ChatConfig, ChatError, ChatSession, Incoming,
    calls::{announce::Announced, keys},
    encryption as trust,
    live::{self, Live},
    open, presence, queue,
    rooms::list,
    sync,
    timeline::{OpenTimelines, RoomTimeline},
    verification::Verifications,
    view::{ChatConnection, EncryptionState, RoomSummary},
};

const SIGN_IN: Duration = Duration::from_secs(30);
const SIGN_OUT: Duration = Duration::from_secs(5);
/// Rings and keys are few, but must not be lost by a listener that is busy for a moment.
const EVENTS: usize = 256;

/// One signed-in device. Cheap to clone; the last clone to go ends everything that runs for it.
///
/// The SDK's futures are large and deep: they are boxed here, so that neither the stacks nor the compile times of
/// those who call pay for it.
#[derive(Clone)]
pub struct Chat {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    sync: Arc<sync::Connection>,
    timelines: OpenTimelines,
    announced: Announced,
    verifications: Verifications,
    heard: presence::Heard,
    connection: watch::Sender<ChatConnection>,
    encryption: watch::Sender<EncryptionState>,
    queued: watch::Sender<u32>,
    rooms: watch::Sender<Vec<RoomSummary>>,
    notifications: broadcast::Sender<Incoming>,
    calls: broadcast::Sender<CallEvent>,
    touched: mpsc::UnboundedSender<OwnedRoomId>,
    hurry: Arc<Notify>,
    next_try: watch::Sender<Option<u64>>,
    started: AtomicBool,
    /// What follows the store, and what needs the network.
    readers: Mutex<Vec<AbortHandle>>,
    runners: Mutex<Vec<AbortHandle>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for tasks in [&self.readers, &self.runners] {
            abort(tasks);
        }
    }
}

fn abort(tasks: &Mutex<Vec<AbortHandle>>) {
    if let Ok(mut tasks) = tasks.lock() {
        tasks.drain(..).for_each(|task| task.abort());
    }
}

fn run(tasks: &Mutex<Vec<AbortHandle>>, task: impl Future<Output = ()> + Send + 'static) {
    let handle = tokio::spawn(task).abort_handle();
    if let Ok(mut tasks) = tasks.lock() {
        tasks.push(handle);
    }
}

impl Chat {
    /// Signs a new device in with the gateway's login token.
    ///
    /// # Errors
    /// `Forbidden` for a token that is refused, `Offline`, and those of the store.
    pub async fn sign_in(config: ChatConfig, login_jwt: &str) -> Result<(Self, ChatSession), ChatError> {
        let client = Box::pin(open::open(&config)).await?;
        let token = serde_json::Map::from_iter([("token".to_owned(), Value::from(login_jwt))]);
        let login = client
            .matrix_auth()
            .login_custom("org.matrix.login.jwt", token)
            .map_err(|error| ChatError::Invalid(error.to_string()))?
            .initial_device_display_name(&config.device_name);
        timeout(SIGN_IN, Box::pin(login.send())).await.map_err(|_| ChatError::Offline)??;
        let session = client.matrix_auth().session().ok_or(ChatError::SignedOut)?;
        Ok((Self::over(client).await?, ChatSession::of(&session)))
    }

    /// Opens a device that was signed in before. No network is needed.
    ///
    /// # Errors
    /// `StoreDamaged` where the store cannot be read, also with a wrong key.
    pub async fn restore(config: ChatConfig, session: ChatSession) -> Result<Self, ChatError> {
        let client = Box::pin(open::open(&config)).await?;
        let auth = client.matrix_auth();
        Box::pin(auth.restore_session(session.into_matrix()?, RoomLoadSettings::default()))
            .await
            .map_err(|error| ChatError::store(&error))?;
        Self::over(client).await
    }

    async fn over(client: Client) -> Result<Self, ChatError> {
        client.event_cache().subscribe().map_err(|error| ChatError::Other(error.to_string()))?;
        client.send_queue().enable_upload_progress(true);
        let sync =
            Box::pin(sync::Connection::new(&client)).await.map_err(|error| ChatError::store(&error))?;
        let (touched, changed) = mpsc::unbounded_channel();
        let inner = Inner {
            sync: Arc::new(sync),
            timelines: OpenTimelines::default(),
            announced: Announced::default(),
            verifications: Verifications::new(),
            heard: presence::Heard::default(),
            connection: watch::Sender::new(ChatConnection::Connecting),
            encryption: watch::Sender::new(trust::UNKNOWN),
            queued: watch::Sender::new(0),
            rooms: watch::Sender::new(Vec::new()),
            notifications: broadcast::Sender::new(EVENTS),
            calls: broadcast::Sender::new(EVENTS),
            touched,
            hurry: Arc::new(Notify::new()),
            next_try: watch::Sender::new(None),
            started: AtomicBool::new(false),
            readers: Mutex::default(),
            runners: Mutex::default(),
            client: client.clone(),
        };
        let (collected, updates) = mpsc::unbounded_channel();
        run(&inner.readers, live::collect(client.subscribe_to_all_room_updates(), collected));
        let live = Live {
            client: client.clone(),
            calls: inner.calls.clone(),
            notifications: inner.notifications.clone(),
            touched: inner.touched.clone(),
        };
        keys::listen(&client, inner.calls.clone());
        inner.verifications.listen(&client);
        run(&inner.readers, live::follow(live, updates));
        run(&inner.readers, trust::follow(client.clone(), inner.encryption.clone()));
        run(&inner.readers, queue::count(client.clone(), inner.queued.clone()));
        let connection = inner.connection.subscribe();
        run(&inner.readers, list::follow(client, inner.rooms.clone(), connection, changed));
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Begins to sync and to send what waits, and keeps at it until `stop`. Called again while it runs, it cuts the
    /// wait for the next try short.
    pub fn start(&self) {
        let inner = &self.inner;
        if inner.started.swap(true, Ordering::SeqCst) {
            inner.hurry.notify_one();
            return;
        }
        let client = inner.client.clone();
        sync::publish(&inner.connection, ChatConnection::Connecting);
        run(&inner.runners, queue::keep_going(client.clone(), inner.connection.subscribe()));
        run(&inner.runners, {
            let client = client.clone();
            async move { client.send_queue().respawn_tasks_for_rooms_with_unsent_requests().await }
        });
        run(&inner.runners, presence::heartbeat(client.clone(), inner.connection.subscribe()));
        let (connection, next_try) = (inner.connection.clone(), inner.next_try.clone());
        run(
            &inner.runners,
            sync::keep(client, inner.sync.clone(), connection, next_try, inner.hurry.clone()),
        );
    }

    /// Ends what runs; what is in the store can still be read.
    pub async fn stop(&self) {
        let inner = &self.inner;
        if !inner.started.swap(false, Ordering::SeqCst) {
            return;
        }
        for id in inner.announced.rooms().await {
            if let Some(room) = inner.client.get_room(&id) {
                let _ = timeout(SIGN_OUT, inner.announced.leave(&room)).await;
            }
        }
        abort(&inner.runners);
        inner.next_try.send_replace(None);
        if *inner.connection.borrow() == ChatConnection::Online
            && let Some(me) = inner.client.user_id()
        {
            presence::tell(&inner.client, me.to_owned(), PresenceState::Offline).await;
        }
        inner.connection.send_if_modified(|state| {
            let signed_out = *state == ChatConnection::SignedOut;
            if !signed_out {
                *state = ChatConnection::Offline;
            }
            !signed_out
        });
    }

    /// Ends the device's session, as far as that is possible within 5 s.
    pub async fn sign_out(&self) {
        let ended = async {
            self.stop().await;
            if let Err(error) = self.inner.client.logout().await {
                tracing::info!(%error, "the device was not signed out at the homeserver");
            }
        };
        let _ = timeout(SIGN_OUT, Box::pin(ended)).await;
        self.inner.timelines.close_all().await;
        sync::publish(&self.inner.connection, ChatConnection::SignedOut);
    }

    #[must_use]
    pub fn user_id(&self) -> String {
        self.inner.client.user_id().map(ToString::to_string).unwrap_or_default()
    }

    #[must_use]
    pub fn device_id(&self) -> String {
        self.inner.client.device_id().map(ToString::to_string).unwrap_or_default()
    }

    #[must_use]
    pub fn connection(&self) -> watch::Receiver<ChatConnection> {
        self.inner.connection.subscribe()
    }

    /// When it is tried again to connect, in Unix milliseconds; none while nothing waits for that.
    #[must_use]
    pub fn next_try(&self) -> watch::Receiver<Option<u64>> {
        self.inner.next_try.subscribe()
    }

    /// Messages that are written down and not yet sent.
    #[must_use]
    pub fn queued(&self) -> watch::Receiver<u32> {
        self.inner.queued.subscribe()
    }

    #[must_use]
    pub fn notifications(&self) -> broadcast::Receiver<Incoming> {
        self.inner.notifications.subscribe()
    }

    fn room(&self, id: &str) -> Result<Room, ChatError> {
        let id = RoomId::parse(id).map_err(|_| ChatError::NotFound)?;
        self.inner.client.get_room(&id).ok_or(ChatError::NotFound)
    }

    async fn timeline(&self, room: &str) -> Result<Arc<RoomTimeline>, ChatError> {
        Box::pin(self.inner.timelines.get(&self.room(room)?, &self.inner.sync)).await
    }
}
