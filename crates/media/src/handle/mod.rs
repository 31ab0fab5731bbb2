//! The app's handle to the media host.

mod actor;
mod choices;
mod process;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use thiserror::Error;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use self::actor::{Actor, Order};

use crate::{
    control::{FromHost, ToHost},
    view::{Devices, FrameSocket},
};

/// How the host is started.
#[derive(Debug, Clone)]
pub struct MediaOptions {
    /// Started as `<executable> media-host`.
    pub executable: PathBuf,
    /// `liblivekit_ffi` and its hash in hexadecimal.
    pub library: PathBuf,
    pub library_sha256: String,
    /// A moving picture and a tone in place of devices.
    pub test_media: bool,
    /// Where the host writes its log; none leaves it on the app's stderr.
    pub log_dir: Option<PathBuf>,
}

#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum MediaError {
    /// The executable is not there.
    #[error("the media host is missing")]
    Missing,
    #[error("the media host does not start: {0}")]
    NotStarted(String),
    #[error("the media host has ended")]
    Ended,
}

impl MediaError {
    /// The API's code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "media-missing",
            Self::NotStarted(_) | Self::Ended => "calls-unavailable",
        }
    }
}

/// How long a host is kept that nothing needs.
const KEEP_UNUSED: Duration = Duration::from_secs(20);
/// Events that a slow listener may be behind.
const EVENTS: usize = 1024;

/// Starts the media host when something needs it and ends it when nothing has for 20 s. Cheap to clone; the host
/// ends with the last clone. Choices (devices, volumes, tiles, preview) outlive a host, a call does not.
#[derive(Debug, Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: MediaOptions,
    keep_unused: Duration,
    events: broadcast::Sender<FromHost>,
    devices: watch::Sender<Devices>,
    /// Of the task that owns the host; it begins with the first request.
    orders: OnceLock<mpsc::UnboundedSender<Order>>,
}

impl Media {
    #[must_use]
    pub fn new(options: MediaOptions) -> Self {
        Self::keeping_unused(options, KEEP_UNUSED)
    }

    /// With another time after which an unused host is ended.
    #[must_use]
    pub fn keeping_unused(options: MediaOptions, keep_unused: Duration) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        let devices = watch::Sender::new(Devices::default());
        Self { inner: Arc::new(Inner { options, keep_unused, events, devices, orders: OnceLock::new() }) }
    }

    /// Hands a request to the host. `Connect`, `StartPreview` and `WatchDevices` start one; without one the others
    /// are remembered where they are choices, and otherwise have nothing to change.
    ///
    /// # Errors
    /// The host cannot be started.
    pub async fn send(&self, request: ToHost) -> Result<(), MediaError> {
        self.ask(|answer| Order::Send(request, answer)).await?
    }

    /// Everything that the host tells from now on, devices excepted.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<FromHost> {
        self.inner.events.subscribe()
    }

    /// Where the window gets its frames; starts the host.
    ///
    /// # Errors
    /// The host cannot be started.
    pub async fn frame_socket(&self) -> Result<FrameSocket, MediaError> {
        self.ask(Order::Socket).await?
    }

    /// The devices as the host last told them; watched while `WatchDevices` is on.
    #[must_use]
    pub fn devices(&self) -> watch::Receiver<Devices> {
        self.inner.devices.subscribe()
    }

    /// Ends the host: by itself within 4 s, else by force. The next request starts another.
    pub async fn shutdown(&self) {
        if self.inner.orders.get().is_some() {
            // A task that is gone has taken its host with it.
            let _ = self.ask(Order::End).await;
        }
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, MediaError> {
        let orders = self.inner.orders.get_or_init(|| {
            let Inner { options, keep_unused, events, devices, .. } = &*self.inner;
            let actor = Actor::new(options.clone(), *keep_unused, events.clone(), devices.clone());
            let (orders, received) = mpsc::unbounded_channel();
            tokio::spawn(actor.run(received));
            orders
        });
        let (answer, answered) = oneshot::channel();
        orders.send(order(answer)).map_err(|_| MediaError::Ended)?;
        answered.await.map_err(|_| MediaError::Ended)
    }
}
