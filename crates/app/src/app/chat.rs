//! Rooms and messages.

use super::App;
use crate::{ApiError, ErrorCode, Sink};
use telestack_chat::view::{EncryptionState, Member, RoomSummary, TimelineUpdate};
use telestack_model::ListDiff;

impl App {
    pub async fn rooms(&self, updates: Sink<Vec<ListDiff<RoomSummary>>>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn open_timeline(
        &self,
        room_id: String,
        updates: Sink<TimelineUpdate>,
    ) -> Result<u32, ApiError> {
        let _ = (room_id, updates);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn paginate_back(&self, room_id: String) -> Result<(), ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn send_text(
        &self,
        room_id: String,
        markdown: String,
        reply_to: Option<String>,
        mentions: Vec<String>,
    ) -> Result<(), ApiError> {
        let _ = (room_id, markdown, reply_to, mentions);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn edit_text(
        &self,
        room_id: String,
        item_id: String,
        markdown: String,
    ) -> Result<(), ApiError> {
        let _ = (room_id, item_id, markdown);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn redact(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        let _ = (room_id, item_id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn toggle_reaction(
        &self,
        room_id: String,
        item_id: String,
        key: String,
    ) -> Result<(), ApiError> {
        let _ = (room_id, item_id, key);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn retry_send(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        let _ = (room_id, item_id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn cancel_send(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        let _ = (room_id, item_id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn send_file(
        &self,
        room_id: String,
        path: String,
        caption: Option<String>,
    ) -> Result<(), ApiError> {
        let _ = (room_id, path, caption);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn save_attachment(
        &self,
        room_id: String,
        item_id: String,
        path: String,
    ) -> Result<(), ApiError> {
        let _ = (room_id, item_id, path);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn typing(&self, room_id: String, active: bool) -> Result<(), ApiError> {
        let _ = (room_id, active);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn mark_read(&self, room_id: String) -> Result<(), ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn set_draft(&self, room_id: String, text: String) -> Result<(), ApiError> {
        let _ = (room_id, text);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn members(&self, room_id: String) -> Result<Vec<Member>, ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn create_room(
        &self,
        name: String,
        topic: String,
        invite: Vec<String>,
    ) -> Result<String, ApiError> {
        let _ = (name, topic, invite);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn create_direct(&self, matrix_id: String) -> Result<String, ApiError> {
        let _ = (matrix_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn accept_invite(&self, room_id: String) -> Result<(), ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn decline_invite(&self, room_id: String) -> Result<(), ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn leave_room(&self, room_id: String) -> Result<(), ApiError> {
        let _ = (room_id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn encryption(&self, updates: Sink<EncryptionState>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn recovery_key(&self) -> Result<Option<String>, ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn confirm_recovery_key(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
