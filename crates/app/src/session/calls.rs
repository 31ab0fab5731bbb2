//! Calls of this sign-in.

use std::sync::Arc;

use telestack_calls::view::CallsView;
use telestack_chat::Chat;
use telestack_media::{Media, view::TileSize};
use tokio::sync::watch;

use super::Kept;
use crate::{
    ApiError, ErrorCode,
    store::{Vault, VaultError},
};

pub(crate) struct Calls {
    view: watch::Sender<CallsView>,
}

impl Calls {
    pub fn start(kept: &Kept, chat: Chat, media: Media, vault: Arc<Vault>) -> Result<Self, VaultError> {
        let _ = (kept, chat, media, vault);
        Ok(Self { view: watch::Sender::new(CallsView::default()) })
    }

    pub fn view(&self) -> watch::Receiver<CallsView> {
        self.view.subscribe()
    }

    pub async fn start_call(&self, room: String, mic: bool, camera: bool) -> Result<(), ApiError> {
        let _ = (room, mic, camera);
        Err(unavailable())
    }

    pub async fn accept(&self, ring: String, camera: bool) -> Result<(), ApiError> {
        let _ = (ring, camera);
        Err(unavailable())
    }

    pub async fn decline(&self, ring: String) -> Result<(), ApiError> {
        let _ = ring;
        Err(unavailable())
    }

    pub async fn leave(&self) -> Result<(), ApiError> {
        Err(unavailable())
    }

    pub async fn set_mic(&self, on: bool) -> Result<(), ApiError> {
        let _ = on;
        Err(unavailable())
    }

    pub async fn set_camera(&self, on: bool) -> Result<(), ApiError> {
        let _ = on;
        Err(unavailable())
    }

    pub async fn set_screen(&self, on: bool) -> Result<(), ApiError> {
        let _ = on;
        Err(unavailable())
    }

    pub async fn layout(&self, tiles: Vec<TileSize>) -> Result<(), ApiError> {
        let _ = tiles;
        Err(unavailable())
    }

    pub async fn shutdown(&self) {}
}

fn unavailable() -> ApiError {
    ErrorCode::CallsUnavailable.with("calls are not ready")
}
