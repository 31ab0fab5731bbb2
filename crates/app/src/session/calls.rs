//! Calls of this sign-in, with a history that the vault keeps.

use std::sync::Arc;

use telestack_calls::{
    CallController, CallError, CallMember,
    view::{CallsView, HistoryEntry},
};
use telestack_chat::Chat;
use telestack_media::{Media, view::TileSize};
use tokio::sync::watch;

use super::Kept;
use crate::{
    ApiError, ErrorCode,
    store::{Vault, VaultError},
};

const SPACE: &str = "calls";
const HISTORY: &str = "history";

pub(crate) struct Calls(CallController);

impl Calls {
    pub fn start(kept: &Kept, chat: Chat, media: Media, vault: Arc<Vault>) -> Result<Self, VaultError> {
        let history: Vec<HistoryEntry> = vault.get(SPACE, HISTORY)?.unwrap_or_default();
        let me = CallMember {
            user_id: kept.chat.user_id.clone(),
            device_id: kept.chat.device_id.clone(),
            name: kept.name.clone(),
            avatar: kept.avatar.clone(),
        };
        let keep = Box::new(move |history: Vec<HistoryEntry>| {
            if let Err(error) = vault.put(SPACE, HISTORY, &history) {
                tracing::warn!(%error, "the history of calls is not kept");
            }
        });
        Ok(Self(CallController::start(me, chat, media, history, keep)))
    }

    pub fn view(&self) -> watch::Receiver<CallsView> {
        self.0.view()
    }

    pub async fn start_call(&self, room: &str, mic: bool, camera: bool) -> Result<(), ApiError> {
        Ok(self.0.start_call(room, mic, camera).await?)
    }

    pub async fn accept(&self, ring: &str, camera: bool) -> Result<(), ApiError> {
        Ok(self.0.accept(ring, camera).await?)
    }

    pub async fn decline(&self, ring: &str) -> Result<(), ApiError> {
        Ok(self.0.decline(ring).await?)
    }

    pub async fn leave(&self) -> Result<(), ApiError> {
        Ok(self.0.leave().await?)
    }

    pub async fn set_mic(&self, on: bool) -> Result<(), ApiError> {
        Ok(self.0.set_mic(on).await?)
    }

    pub async fn set_camera(&self, on: bool) -> Result<(), ApiError> {
        Ok(self.0.set_camera(on).await?)
    }

    pub async fn set_screen(&self, on: bool) -> Result<(), ApiError> {
        Ok(self.0.set_screen(on).await?)
    }

    pub async fn layout(&self, tiles: Vec<TileSize>) -> Result<(), ApiError> {
        Ok(self.0.layout(tiles).await?)
    }

    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        let code = match error {
            CallError::NoRoom | CallError::NoRing => ErrorCode::NotFound,
            CallError::Ended => ErrorCode::CallsUnavailable,
        };
        code.with(error)
    }
}
