//! What the controller needs of chat and of media; tests put fakes there.

use std::time::Duration;

use telestack_chat::{
    CallEvent, Chat, ChatError, RtcMember, SfuToken,
    view::{Membership, RoomKind},
};
use telestack_media::{
    Media, MediaError,
    control::{FromHost, ToHost},
};
use tokio::{sync::broadcast, time::timeout};

use crate::input::RoomFacts;

/// For asking the server whether a room is encrypted.
const KNOW: Duration = Duration::from_secs(10);

pub trait ChatSide: Clone + Send + Sync + 'static {
    fn events(&self) -> broadcast::Receiver<CallEvent>;
    /// None for a room that this person is not in, and for one of which not enough is known to call in it.
    fn room(&self, id: &str) -> impl Future<Output = Option<RoomFacts>> + Send;
    fn members(&self, room: &str) -> impl Future<Output = Result<Vec<RtcMember>, ChatError>> + Send;
    fn announce(&self, room: &str) -> impl Future<Output = Result<String, ChatError>> + Send;
    fn withdraw(&self, room: &str) -> impl Future<Output = Result<(), ChatError>> + Send;
    fn ring(
        &self,
        room: &str,
        member_event: &str,
        direct: bool,
        video: bool,
    ) -> impl Future<Output = Result<(), ChatError>> + Send;
    fn decline(&self, room: &str, ring: &str) -> impl Future<Output = Result<(), ChatError>> + Send;
    fn send_key(
        &self,
        room: &str,
        to: &[(String, String)],
        index: u8,
        key: &[u8],
    ) -> impl Future<Output = Result<(), ChatError>> + Send;
    fn token(&self, room: &str) -> impl Future<Output = Result<SfuToken, ChatError>> + Send;
}

pub trait MediaSide: Send + Sync + 'static {
    fn events(&self) -> broadcast::Receiver<FromHost>;
    fn send(&self, request: ToHost) -> impl Future<Output = Result<(), MediaError>> + Send;
}

impl ChatSide for Chat {
    fn events(&self) -> broadcast::Receiver<CallEvent> {
        self.call_events()
    }

    async fn room(&self, id: &str) -> Option<RoomFacts> {
        let room = self.rooms().into_iter().find(|room| room.id == id)?;
        if room.membership != Membership::Joined {
            return None;
        }
        // The list says "not encrypted" also of a room that it knows too little of.
        let encrypted = match timeout(KNOW, self.is_encrypted(id)).await {
            Ok(Ok(encrypted)) => encrypted,
            unknown => {
                tracing::warn!(unknown = ?unknown.map(Result::err), "not known whether a room is encrypted");
                return None;
            }
        };
        Some(RoomFacts {
            room_id: room.id,
            title: room.name,
            encrypted,
            direct_user: room.direct_user.filter(|_| room.kind == RoomKind::Direct),
        })
    }

    async fn members(&self, room: &str) -> Result<Vec<RtcMember>, ChatError> {
        self.call_members(room).await
    }

    async fn announce(&self, room: &str) -> Result<String, ChatError> {
        self.announce_call(room).await
    }

    async fn withdraw(&self, room: &str) -> Result<(), ChatError> {
        self.withdraw_call(room).await
    }

    async fn ring(&self, room: &str, member_event: &str, direct: bool, video: bool) -> Result<(), ChatError> {
        Self::ring(self, room, member_event, direct, video).await
    }

    async fn decline(&self, room: &str, ring: &str) -> Result<(), ChatError> {
        self.decline_ring(room, ring).await
    }

    async fn send_key(
        &self,
        room: &str,
        to: &[(String, String)],
        index: u8,
        key: &[u8],
    ) -> Result<(), ChatError> {
        self.send_media_key(room, to, index, key).await
    }

    async fn token(&self, room: &str) -> Result<SfuToken, ChatError> {
        self.sfu_token(room).await
    }
}

impl MediaSide for Media {
    fn events(&self) -> broadcast::Receiver<FromHost> {
        Self::events(self)
    }

    async fn send(&self, request: ToHost) -> Result<(), MediaError> {
        Self::send(self, request).await
    }
}
