//! The core of the desktop app. The shell wraps each method in a command; tests and the headless client call them as
//! they are.

mod asked;
mod call_details;
mod calls;
mod chat;
mod files;
mod people;
mod resources;
mod second_factor;
mod session;
mod settings;
mod signing_in;
mod turns;
mod watches;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicUsize},
};

use telestack_chat::Incoming;
use telestack_media::{Media, MediaOptions};
use tokio::sync::{Mutex, broadcast, watch};

use crate::{
    ApiError, Clock, ErrorCode, SettingsFile, Subscriptions,
    session::SignedIn,
    store::{Profile, ProfileError},
    view::{AreaState, Connection, SessionState},
};

pub use resources::Resource;
use turns::Waiting;

/// Shows a file with the desktop's own program for it. `false` where there is none.
pub type OpenPath = Box<dyn Fn(&Path) -> bool + Send + Sync>;

/// What one app runs with.
pub struct AppOptions {
    pub profile_dir: PathBuf,
    /// Filled in on the sign-in page.
    pub server: Option<String>,
    /// Protects and opens the local stores in place of the keyring.
    pub passphrase: Option<String>,
    pub media: MediaOptions,
    /// As lists of sessions show this device.
    pub device_name: String,
    pub open_path: OpenPath,
}

/// The app, without a window. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    options: AppOptions,
    profile: Profile,
    settings: SettingsFile,
    subscriptions: Subscriptions,
    media: Media,
    clock: Clock,
    state: watch::Sender<SessionState>,
    signed: watch::Sender<Option<Arc<SignedIn>>>,
    /// Signing in, out and restoring happen one after the other. Inside: what waits for a code, a passphrase or a decision.
    turn: Mutex<Waiting>,
    devices_watched: AtomicUsize,
    connection: watch::Sender<Connection>,
    unread: watch::Sender<u32>,
    notifications: broadcast::Sender<Incoming>,
}

impl App {
    /// Opens the profile and begins to restore what is in it; [`App::session`] tells how that went.
    ///
    /// # Errors
    /// The profile folder cannot be used, or another app runs on it (`forbidden`).
    pub async fn open(options: AppOptions) -> Result<Self, ApiError> {
        Self::open_at(options, Clock::system()).await
    }

    /// As [`App::open`], by another clock.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_at(options: AppOptions, clock: Clock) -> Result<Self, ApiError> {
        let profile = Profile::open(&options.profile_dir).map_err(|error| match error {
            ProfileError::InUse => ErrorCode::Forbidden.with(error),
            ProfileError::Io { ref source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                ErrorCode::DiskFull.with(error)
            }
            ProfileError::Io { .. } => ErrorCode::Internal.with(error),
        })?;
        let inner = Inner {
            settings: SettingsFile::open(&profile),
            media: Media::new(options.media.clone()),
            subscriptions: Subscriptions::default(),
            state: watch::Sender::new(SessionState::Opening),
            connection: watch::Sender::new(nothing_known()),
            unread: watch::Sender::new(0),
            notifications: broadcast::Sender::new(64),
            signed: watch::Sender::new(None),
            turn: Mutex::new(Waiting::Nothing),
            devices_watched: AtomicUsize::new(0),
            clock,
            profile,
            options,
        };
        let app = Self { inner: Arc::new(inner) };
        app.follow_settings();
        let restoring = app.clone();
        tokio::spawn(async move { restoring.restore().await });
        Ok(app)
    }

    /// Messages that deserve a desktop notification, as far as the settings want any.
    #[must_use]
    pub fn notifications(&self) -> broadcast::Receiver<Incoming> {
        self.inner.notifications.subscribe()
    }

    /// Unread messages of rooms that are not muted, and invitations: the tray's badge.
    #[must_use]
    pub fn unread(&self) -> watch::Receiver<u32> {
        self.inner.unread.subscribe()
    }

    /// Where the logs are.
    #[must_use]
    pub fn log_folder(&self) -> PathBuf {
        self.inner.profile.logs()
    }

    /// Ends what runs in the background; everything is kept.
    pub async fn shutdown(&self) {
        self.inner.subscriptions.stop_all();
        if let Some(signed) = self.inner.signed.send_replace(None) {
            signed.end();
            signed.calls.shutdown().await;
            signed.chat.stop().await;
            signed.forget_open_copies();
        }
        self.inner.media.shutdown().await;
    }

    fn signed(&self) -> Result<Arc<SignedIn>, ApiError> {
        self.inner.signed.borrow().clone().ok_or_else(|| ErrorCode::SignedOut.with("nobody is signed in"))
    }

    /// As [`App::signed`], once it is known: the window asks while the stores are still opening.
    async fn signed_once_open(&self) -> Result<Arc<SignedIn>, ApiError> {
        let mut state = self.inner.state.subscribe();
        // It ends with the app only.
        let _ = state.wait_for(|state| !matches!(state, SessionState::Opening)).await;
        self.signed()
    }

    /// A subscription that ends with the session.
    fn subscribe(&self, signed: &SignedIn, task: impl Future<Output = ()> + Send + 'static) -> u32 {
        self.inner.subscriptions.spawn(signed.until_over(task))
    }

    /// Ends a subscription. An unknown number is one that ended by itself.
    pub fn unsubscribe(&self, id: u32) {
        self.inner.subscriptions.stop(id);
    }
}

fn nothing_known() -> Connection {
    Connection {
        chat: AreaState::Connecting,
        files: AreaState::Connecting,
        calls: AreaState::Connecting,
        queued_messages: 0,
        queued_uploads: 0,
        attempt: 0,
        next_try: None,
    }
}
