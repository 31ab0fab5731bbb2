//! Chat: what the app calls.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use futures_util::stream::BoxStream;
use tokio::sync::{broadcast, watch};

use crate::{
    CallEvent, ChatConfig, ChatError, ChatSession, Incoming, Media, Presence, RtcMember, SfuToken,
    view::{ChatConnection, EncryptionState, FileCard, Member, RoomSummary, TimelineUpdate},
};

/// One signed-in device. Cheap to clone.
#[derive(Clone)]
pub struct Chat {
    inner: Arc<Inner>,
}

struct Inner {
    connection: watch::Sender<ChatConnection>,
    encryption: watch::Sender<EncryptionState>,
    queued: watch::Sender<u32>,
    rooms: watch::Sender<Vec<RoomSummary>>,
    notifications: broadcast::Sender<Incoming>,
    calls: broadcast::Sender<CallEvent>,
}

impl Chat {
    pub async fn sign_in(config: ChatConfig, login_jwt: &str) -> Result<(Chat, ChatSession), ChatError> {
        let _ = (config, login_jwt);
        Err(ChatError::Offline)
    }

    pub async fn restore(config: ChatConfig, session: ChatSession) -> Result<Chat, ChatError> {
        let _ = (config, session);
        Err(ChatError::Offline)
    }

    pub async fn set_up_encryption(&self) -> Result<Option<String>, ChatError> {
        Err(ChatError::Offline)
    }

    pub async fn recover(&self, recovery_key: &str) -> Result<(), ChatError> {
        let _ = (recovery_key,);
        Err(ChatError::Offline)
    }

    pub fn start(&self) {}

    pub async fn stop(&self) {}

    pub async fn sign_out(&self) {}

    pub fn user_id(&self) -> String {
        String::new()
    }

    pub fn device_id(&self) -> String {
        String::new()
    }

    pub fn connection(&self) -> watch::Receiver<ChatConnection> {
        self.inner.connection.subscribe()
    }

    pub fn encryption(&self) -> watch::Receiver<EncryptionState> {
        self.inner.encryption.subscribe()
    }

    pub fn queued(&self) -> watch::Receiver<u32> {
        self.inner.queued.subscribe()
    }

    pub fn rooms(&self) -> Vec<RoomSummary> {
        self.inner.rooms.borrow().clone()
    }

    pub fn watch_rooms(&self) -> watch::Receiver<Vec<RoomSummary>> {
        self.inner.rooms.subscribe()
    }

    pub async fn open_timeline(&self, room: &str) -> Result<BoxStream<'static, TimelineUpdate>, ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn paginate_back(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn send_text(
        &self,
        room: &str,
        markdown: &str,
        reply_to: Option<&str>,
        mentions: &[String],
    ) -> Result<(), ChatError> {
        let _ = (room, markdown, reply_to, mentions);
        Err(ChatError::Offline)
    }

    pub async fn edit_text(&self, room: &str, item: &str, markdown: &str) -> Result<(), ChatError> {
        let _ = (room, item, markdown);
        Err(ChatError::Offline)
    }

    pub async fn redact(&self, room: &str, item: &str) -> Result<(), ChatError> {
        let _ = (room, item);
        Err(ChatError::Offline)
    }

    pub async fn toggle_reaction(&self, room: &str, item: &str, key: &str) -> Result<(), ChatError> {
        let _ = (room, item, key);
        Err(ChatError::Offline)
    }

    pub async fn retry_send(&self, room: &str, item: &str) -> Result<(), ChatError> {
        let _ = (room, item);
        Err(ChatError::Offline)
    }

    pub async fn cancel_send(&self, room: &str, item: &str) -> Result<(), ChatError> {
        let _ = (room, item);
        Err(ChatError::Offline)
    }

    pub async fn send_file(&self, room: &str, path: &Path, caption: Option<&str>) -> Result<(), ChatError> {
        let _ = (room, path, caption);
        Err(ChatError::Offline)
    }

    pub async fn save_attachment(&self, room: &str, item: &str, path: &Path) -> Result<(), ChatError> {
        let _ = (room, item, path);
        Err(ChatError::Offline)
    }

    pub async fn typing(&self, room: &str, active: bool) -> Result<(), ChatError> {
        let _ = (room, active);
        Err(ChatError::Offline)
    }

    pub async fn mark_read(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn set_draft(&self, room: &str, text: &str) -> Result<(), ChatError> {
        let _ = (room, text);
        Err(ChatError::Offline)
    }

    pub async fn members(&self, room: &str) -> Result<Vec<Member>, ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn create_room(&self, name: &str, topic: &str, invite: &[String]) -> Result<String, ChatError> {
        let _ = (name, topic, invite);
        Err(ChatError::Offline)
    }

    pub async fn create_direct(&self, matrix_id: &str) -> Result<String, ChatError> {
        let _ = (matrix_id,);
        Err(ChatError::Offline)
    }

    pub async fn accept_invite(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn decline_invite(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn leave_room(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn thumbnail(&self, room: &str, item: &str, max: u32) -> Result<Media, ChatError> {
        let _ = (room, item, max);
        Err(ChatError::Offline)
    }

    pub async fn attachment(&self, room: &str, item: &str) -> Result<Media, ChatError> {
        let _ = (room, item);
        Err(ChatError::Offline)
    }

    pub async fn avatar(&self, mxc: &str) -> Result<Media, ChatError> {
        let _ = (mxc,);
        Err(ChatError::Offline)
    }

    pub async fn set_profile(&self, name: &str, avatar: Option<(String, Vec<u8>)>) -> Result<(), ChatError> {
        let _ = (name, avatar);
        Err(ChatError::Offline)
    }

    pub async fn send_card(&self, room: &str, card: FileCard) -> Result<(), ChatError> {
        let _ = (room, card);
        Err(ChatError::Offline)
    }

    pub async fn presence(&self, users: &[String]) -> HashMap<String, Presence> {
        {
            let _ = users;
            HashMap::new()
        }
    }

    pub async fn verified(&self, users: &[String]) -> HashSet<String> {
        {
            let _ = users;
            HashSet::new()
        }
    }

    pub fn notifications(&self) -> broadcast::Receiver<Incoming> {
        self.inner.notifications.subscribe()
    }

    pub fn call_events(&self) -> broadcast::Receiver<CallEvent> {
        self.inner.calls.subscribe()
    }

    pub async fn call_members(&self, room: &str) -> Result<Vec<RtcMember>, ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn announce_call(&self, room: &str) -> Result<String, ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn withdraw_call(&self, room: &str) -> Result<(), ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }

    pub async fn ring(&self, room: &str, member_event: &str, direct: bool) -> Result<(), ChatError> {
        let _ = (room, member_event, direct);
        Err(ChatError::Offline)
    }

    pub async fn decline_ring(&self, room: &str, ring: &str) -> Result<(), ChatError> {
        let _ = (room, ring);
        Err(ChatError::Offline)
    }

    pub async fn send_media_key(
        &self,
        room: &str,
        to: &[(String, String)],
        index: u8,
        key: &[u8],
    ) -> Result<(), ChatError> {
        let _ = (room, to, index, key);
        Err(ChatError::Offline)
    }

    pub async fn sfu_token(&self, room: &str) -> Result<SfuToken, ChatError> {
        let _ = (room,);
        Err(ChatError::Offline)
    }
}
