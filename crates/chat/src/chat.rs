//! Chat: what the app calls.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::stream::BoxStream;
use matrix_sdk::{
    Client, ComposerDraft, ComposerDraftType, Room,
    ruma::{OwnedRoomId, RoomId, presence::PresenceState},
    store::RoomLoadSettings,
};
use matrix_sdk_ui::{Timeline, sync_service::SyncService};
use serde_json::Value;
use tokio::{
    sync::{Notify, broadcast, mpsc, watch},
    task::AbortHandle,
    time::timeout,
};

use crate::{
    CallEvent, ChatConfig, ChatError, ChatSession, Incoming, Media, Presence, RtcMember, SfuToken,
    calls::{self, announce::Announced},
    encryption,
    live::{self, Live},
    open, presence, profile, queue, rooms, sync,
    timeline::{OpenTimelines, attach, send},
    view::{ChatConnection, EncryptionState, FileCard, Member, RoomSummary, TimelineUpdate},
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
    sync: Arc<SyncService>,
    timelines: OpenTimelines,
    announced: Announced,
    heard: presence::Heard,
    connection: watch::Sender<ChatConnection>,
    encryption: watch::Sender<EncryptionState>,
    queued: watch::Sender<u32>,
    rooms: watch::Sender<Vec<RoomSummary>>,
    notifications: broadcast::Sender<Incoming>,
    calls: broadcast::Sender<CallEvent>,
    touched: mpsc::UnboundedSender<OwnedRoomId>,
    hurry: Arc<Notify>,
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
        // The SDK's sync does not end by being dropped.
        if self.started.load(Ordering::SeqCst)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let sync = self.sync.clone();
            runtime.spawn(async move { sync.stop().await });
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

/// Signing in, running, signing out.
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
            Box::pin(sync::build(&client)).await.map_err(|error| ChatError::Other(error.to_string()))?;
        let (touched, changed) = mpsc::unbounded_channel();
        let inner = Inner {
            sync: Arc::new(sync),
            timelines: OpenTimelines::default(),
            announced: Announced::default(),
            heard: presence::Heard::default(),
            connection: watch::Sender::new(ChatConnection::Connecting),
            encryption: watch::Sender::new(encryption::UNKNOWN),
            queued: watch::Sender::new(0),
            rooms: watch::Sender::new(Vec::new()),
            notifications: broadcast::Sender::new(EVENTS),
            calls: broadcast::Sender::new(EVENTS),
            touched,
            hurry: Arc::new(Notify::new()),
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
        calls::keys::listen(&client, inner.calls.clone());
        run(&inner.readers, live::follow(live, updates));
        run(&inner.readers, encryption::follow(client.clone(), inner.encryption.clone()));
        run(&inner.readers, queue::count(client.clone(), inner.queued.clone()));
        let connection = inner.connection.subscribe();
        run(&inner.readers, rooms::list::follow(client, inner.rooms.clone(), connection, changed));
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
        run(
            &inner.runners,
            sync::keep(client, inner.sync.clone(), inner.connection.clone(), inner.hurry.clone()),
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
        let _ = timeout(SIGN_OUT, inner.sync.stop()).await;
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

    async fn timeline(&self, room: &str) -> Result<Arc<Timeline>, ChatError> {
        Box::pin(self.inner.timelines.get(&self.room(room)?, &self.inner.sync.room_list_service())).await
    }
}

/// Encryption.
impl Chat {
    /// Makes the account's keys and its recovery where they are missing. The recovery key comes back once, when it
    /// was made now.
    ///
    /// # Errors
    /// `Offline`: call it again.
    pub async fn set_up_encryption(&self) -> Result<Option<String>, ChatError> {
        Box::pin(encryption::set_up(&self.inner.client)).await
    }

    /// Makes this device a trusted one and opens the old messages.
    ///
    /// # Errors
    /// `Invalid` for a wrong recovery key.
    pub async fn recover(&self, recovery_key: &str) -> Result<(), ChatError> {
        Box::pin(encryption::recover(&self.inner.client, recovery_key)).await
    }

    #[must_use]
    pub fn encryption(&self) -> watch::Receiver<EncryptionState> {
        self.inner.encryption.subscribe()
    }

    /// Those of these people whom we have verified.
    pub async fn verified(&self, users: &[String]) -> HashSet<String> {
        Box::pin(encryption::verified(&self.inner.client, users)).await
    }
}

/// Rooms.
impl Chat {
    /// Joined rooms and invitations, the latest active first.
    #[must_use]
    pub fn rooms(&self) -> Vec<RoomSummary> {
        self.inner.rooms.borrow().clone()
    }

    #[must_use]
    pub fn watch_rooms(&self) -> watch::Receiver<Vec<RoomSummary>> {
        self.inner.rooms.subscribe()
    }

    pub async fn members(&self, room: &str) -> Result<Vec<Member>, ChatError> {
        Box::pin(rooms::members(&self.room(room)?)).await
    }

    /// Returns the new room's id.
    pub async fn create_room(&self, name: &str, topic: &str, invite: &[String]) -> Result<String, ChatError> {
        Box::pin(rooms::create(&self.inner.client, name, topic, invite)).await
    }

    /// Returns the id of the direct room with somebody, made if there is none.
    pub async fn create_direct(&self, matrix_id: &str) -> Result<String, ChatError> {
        Box::pin(rooms::create_direct(&self.inner.client, matrix_id)).await
    }

    pub async fn accept_invite(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(rooms::accept(&self.room(room)?)).await
    }

    pub async fn decline_invite(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(rooms::leave(&self.room(room)?)).await
    }

    pub async fn leave_room(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(rooms::leave(&self.room(room)?)).await
    }

    /// Keeps what is written but not sent. An empty text forgets it.
    pub async fn set_draft(&self, room: &str, text: &str) -> Result<(), ChatError> {
        let room = self.room(room)?;
        if text.is_empty() {
            room.clear_composer_draft(None).await?;
        } else {
            let draft = ComposerDraft {
                plain_text: text.to_owned(),
                html_text: None,
                draft_type: ComposerDraftType::NewMessage,
                attachments: Vec::new(),
            };
            room.save_composer_draft(draft, None).await?;
        }
        // An error says that the list is not followed any more.
        let _ = self.inner.touched.send(room.room_id().to_owned());
        Ok(())
    }
}

/// Messages. `item` is an id of the room's open timeline.
impl Chat {
    /// Begins with everything that is known, then what changes.
    pub async fn open_timeline(&self, room: &str) -> Result<BoxStream<'static, TimelineUpdate>, ChatError> {
        let timeline = self.timeline(room).await?;
        Ok(Box::pin(OpenTimelines::stream(timeline, self.inner.client.clone(), self.connection())).await)
    }

    pub async fn paginate_back(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(send::paginate_back(&*self.timeline(room).await?)).await
    }

    /// Writes a message down; it goes out when there is a network.
    ///
    /// # Errors
    /// `TooLong` above what a homeserver takes, about 44 KB in an encrypted room.
    pub async fn send_text(
        &self,
        room: &str,
        markdown: &str,
        reply_to: Option<&str>,
        mentions: &[String],
    ) -> Result<(), ChatError> {
        Box::pin(send::text(&self.room(room)?, markdown, reply_to, mentions)).await
    }

    pub async fn edit_text(&self, room: &str, item: &str, markdown: &str) -> Result<(), ChatError> {
        Box::pin(send::edit(&*self.timeline(room).await?, item, markdown)).await
    }

    pub async fn redact(&self, room: &str, item: &str) -> Result<(), ChatError> {
        Box::pin(send::redact(&*self.timeline(room).await?, item)).await
    }

    pub async fn toggle_reaction(&self, room: &str, item: &str, key: &str) -> Result<(), ChatError> {
        Box::pin(send::toggle_reaction(&*self.timeline(room).await?, item, key)).await
    }

    pub async fn retry_send(&self, room: &str, item: &str) -> Result<(), ChatError> {
        Box::pin(send::retry(&*self.timeline(room).await?, item)).await
    }

    pub async fn cancel_send(&self, room: &str, item: &str) -> Result<(), ChatError> {
        Box::pin(send::cancel(&*self.timeline(room).await?, item)).await
    }

    /// # Errors
    /// `TooLarge` above the server's limit, `NotFound` where there is no such file.
    pub async fn send_file(&self, room: &str, path: &Path, caption: Option<&str>) -> Result<(), ChatError> {
        Box::pin(attach::send_file(&self.room(room)?, path, caption)).await
    }

    pub async fn send_card(&self, room: &str, card: FileCard) -> Result<(), ChatError> {
        Box::pin(send::card(&self.room(room)?, &card)).await
    }

    pub async fn save_attachment(&self, room: &str, item: &str, path: &Path) -> Result<(), ChatError> {
        Box::pin(attach::save(&self.inner.client, &*self.timeline(room).await?, item, path)).await
    }

    /// A picture at most `max` pixels wide and high.
    pub async fn thumbnail(&self, room: &str, item: &str, max: u32) -> Result<Media, ChatError> {
        Box::pin(attach::thumbnail(&self.inner.client, &*self.timeline(room).await?, item, max)).await
    }

    pub async fn attachment(&self, room: &str, item: &str) -> Result<Media, ChatError> {
        Box::pin(attach::attachment(&self.inner.client, &*self.timeline(room).await?, item)).await
    }

    pub async fn typing(&self, room: &str, active: bool) -> Result<(), ChatError> {
        let room = self.room(room)?;
        timeout(SIGN_OUT, room.typing_notice(active)).await.map_err(|_| ChatError::Offline)??;
        Ok(())
    }

    pub async fn mark_read(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(send::mark_read(&*self.timeline(room).await?)).await
    }
}

/// People.
impl Chat {
    /// Somebody's or a room's picture, by its `mxc://` address.
    pub async fn avatar(&self, mxc: &str) -> Result<Media, ChatError> {
        Box::pin(attach::avatar(&self.inner.client, mxc)).await
    }

    /// `avatar` is a kind (`image/png`) and bytes; none leaves the picture as it is.
    pub async fn set_profile(&self, name: &str, avatar: Option<(String, Vec<u8>)>) -> Result<(), ChatError> {
        Box::pin(profile::set(&self.inner.client, name, avatar)).await
    }

    /// `Unknown` for people whom the homeserver says nothing about.
    pub async fn presence(&self, users: &[String]) -> HashMap<String, Presence> {
        Box::pin(presence::of(&self.inner.client, &self.inner.heard, users)).await
    }
}

/// Calls.
impl Chat {
    #[must_use]
    pub fn call_events(&self) -> broadcast::Receiver<CallEvent> {
        self.inner.calls.subscribe()
    }

    /// The longest in the call first.
    pub async fn call_members(&self, room: &str) -> Result<Vec<RtcMember>, ChatError> {
        Ok(Box::pin(calls::members::members(&self.room(room)?)).await)
    }

    /// Puts this device into the room's call and keeps it there until `withdraw_call`. Returns the membership's
    /// event id.
    pub async fn announce_call(&self, room: &str) -> Result<String, ChatError> {
        Box::pin(self.inner.announced.enter(&self.room(room)?)).await
    }

    pub async fn withdraw_call(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(self.inner.announced.leave(&self.room(room)?)).await
    }

    /// `direct` rings the other person; a group is only told.
    pub async fn ring(&self, room: &str, member_event: &str, direct: bool) -> Result<(), ChatError> {
        Box::pin(calls::ring::ring(&self.room(room)?, member_event, direct)).await
    }

    pub async fn decline_ring(&self, room: &str, ring: &str) -> Result<(), ChatError> {
        Box::pin(calls::ring::decline(&self.room(room)?, ring)).await
    }

    /// Sends a media key to these devices (user and device id), encrypted for each alone.
    ///
    /// # Errors
    /// When a device did not get it; the others have.
    pub async fn send_media_key(
        &self,
        room: &str,
        to: &[(String, String)],
        index: u8,
        key: &[u8],
    ) -> Result<(), ChatError> {
        Box::pin(calls::keys::send(&self.inner.client, self.room(room)?.room_id(), to, index, key)).await
    }

    pub async fn sfu_token(&self, room: &str) -> Result<SfuToken, ChatError> {
        Box::pin(calls::sfu::token(&self.inner.client, self.room(room)?.room_id().as_str())).await
    }
}
