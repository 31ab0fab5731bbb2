//! Rooms.

use matrix_sdk::{ComposerDraft, ComposerDraftType};
use tokio::sync::watch;

use super::Chat;
use crate::{
    ChatError, rooms,
    view::{Member, RoomSummary},
};

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

    /// Asks people into a room.
    ///
    /// # Errors
    /// `Forbidden` without the power to; `Offline`: it is not tried again by itself. Those before the first who could
    /// not be asked are.
    pub async fn invite(&self, room: &str, people: &[String]) -> Result<(), ChatError> {
        Box::pin(rooms::invite(&self.room(room)?, people)).await
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
