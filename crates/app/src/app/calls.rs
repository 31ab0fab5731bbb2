//! Calls and devices. Errors are those of calls and of the media host.

use std::sync::{Arc, atomic::Ordering};

use telestack_calls::view::CallsView;
use telestack_media::{
    Media,
    control::ToHost,
    view::{DeviceKind, Devices, FrameSocket, TileSize},
};

use super::{App, Inner};
use crate::{ApiError, Sink};

/// One subscriber to the devices; the last to go ends the watching.
struct Listening(Arc<Inner>);

impl Listening {
    fn begin(inner: &Arc<Inner>) -> Self {
        inner.devices_watched.fetch_add(1, Ordering::Relaxed);
        Self(inner.clone())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if self.0.devices_watched.fetch_sub(1, Ordering::Relaxed) > 1 {
            return;
        }
        let media = self.0.media.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { media.send(ToHost::WatchDevices { on: false }).await.ok() });
        }
    }
}

impl App {
    /// The call, who rings, and past calls.
    pub async fn calls(&self, updates: Sink<CallsView>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let mut view = signed.calls.view();
        Ok(self.subscribe(&signed, async move {
            loop {
                let now = view.borrow_and_update().clone();
                if !updates(now) || view.changed().await.is_err() {
                    return;
                }
            }
        }))
    }

    /// Joins the room's call, or begins one and rings.
    pub async fn start_call(&self, room_id: String, mic: bool, camera: bool) -> Result<(), ApiError> {
        self.signed()?.calls.start_call(&room_id, mic, camera).await
    }

    /// Answers.
    pub async fn accept_call(&self, ring_id: String, camera: bool) -> Result<(), ApiError> {
        self.signed()?.calls.accept(&ring_id, camera).await
    }

    /// Declines.
    pub async fn decline_call(&self, ring_id: String) -> Result<(), ApiError> {
        self.signed()?.calls.decline(&ring_id).await
    }

    /// Leaves the call.
    pub async fn leave_call(&self) -> Result<(), ApiError> {
        self.signed()?.calls.leave().await
    }

    /// Microphone on or off.
    pub async fn set_mic(&self, on: bool) -> Result<(), ApiError> {
        self.signed()?.calls.set_mic(on).await
    }

    /// Camera on or off.
    pub async fn set_camera(&self, on: bool) -> Result<(), ApiError> {
        self.signed()?.calls.set_camera(on).await
    }

    /// Shares the screen, or no more.
    pub async fn set_screen(&self, on: bool) -> Result<(), ApiError> {
        self.signed()?.calls.set_screen(on).await
    }

    /// How large which tiles are shown.
    pub async fn layout_tiles(&self, tiles: Vec<TileSize>) -> Result<(), ApiError> {
        self.signed()?.calls.layout(tiles).await
    }

    /// Shows the own camera outside of a call.
    pub async fn start_preview(&self) -> Result<(), ApiError> {
        Ok(self.inner.media.send(ToHost::StartPreview).await?)
    }

    /// Ends the preview.
    pub async fn stop_preview(&self) -> Result<(), ApiError> {
        Ok(self.inner.media.send(ToHost::StopPreview).await?)
    }

    /// What is plugged in, and the microphone's level; watched as long as somebody listens.
    pub async fn devices(&self, updates: Sink<Devices>) -> Result<u32, ApiError> {
        let media = self.inner.media.clone();
        let mut devices = media.devices();
        self.inner.media.send(ToHost::WatchDevices { on: true }).await?;
        let listening = Listening::begin(&self.inner);
        Ok(self.inner.subscriptions.spawn(async move {
            let _listening = listening;
            loop {
                let now = devices.borrow_and_update().clone();
                if !updates(now) || devices.changed().await.is_err() {
                    return;
                }
            }
        }))
    }

    /// Chooses a device, in the settings too.
    pub async fn select_device(&self, kind: DeviceKind, id: Option<String>) -> Result<(), ApiError> {
        let mut settings = self.inner.settings.watch().borrow().clone();
        match kind {
            DeviceKind::Microphone => settings.microphone = id,
            DeviceKind::Speaker => settings.speaker = id,
            DeviceKind::Camera => settings.camera = id,
        }
        // The media host follows the settings.
        self.inner.settings.save(&self.inner.profile, settings)
    }

    /// Where the window gets pictures.
    pub async fn frame_socket(&self) -> Result<FrameSocket, ApiError> {
        Ok(self.inner.media.frame_socket().await?)
    }

    /// The media host's handle, for its statistics.
    #[must_use]
    pub fn media(&self) -> Media {
        self.inner.media.clone()
    }
}
