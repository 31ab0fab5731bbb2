//! Calls.

use tokio::sync::broadcast;

use super::Chat;
use crate::{CallEvent, ChatError, RtcMember, SfuToken, calls};

impl Chat {
    #[must_use]
    pub fn call_events(&self) -> broadcast::Receiver<CallEvent> {
        self.inner.calls.subscribe()
    }

    /// The longest in the call first.
    pub async fn call_members(&self, room: &str) -> Result<Vec<RtcMember>, ChatError> {
        Ok(Box::pin(calls::members::members(&self.room(room)?)).await)
    }

    /// Whether the room, and so its call, is encrypted. Asks the server where this device has not heard yet: a room
    /// that is not known to be encrypted must not be taken for one that is not.
    ///
    /// # Errors
    /// It is not known here and the server cannot be asked.
    pub async fn is_encrypted(&self, room: &str) -> Result<bool, ChatError> {
        let room = self.room(room)?;
        Ok(Box::pin(room.latest_encryption_state()).await?.is_encrypted())
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
    pub async fn ring(
        &self,
        room: &str,
        member_event: &str,
        direct: bool,
        video: bool,
    ) -> Result<(), ChatError> {
        Box::pin(calls::ring::ring(&self.room(room)?, member_event, direct, video)).await
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
