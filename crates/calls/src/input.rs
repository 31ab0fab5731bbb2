//! What happens to the call machine, and what it wants done. Plain values: the machine does no I/O.

use crate::view::{Quality, TileSource};

/// Unix milliseconds.
pub type Millis = i64;

/// A person's device in a room's call, as its membership event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallMember {
    pub user_id: String,
    pub device_id: String,
    pub name: String,
    pub avatar: Option<String>,
}

impl CallMember {
    /// LiveKit's name of this device.
    #[must_use]
    pub fn identity(&self) -> String {
        telestack_model::rtc_identity(&self.user_id, &self.device_id)
    }
}

/// Everything the machine reacts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Somebody at this window starts or joins the call of a room.
    Start {
        room: RoomFacts,
        mic: bool,
        camera: bool,
    },
    Leave,
    SetMic(bool),
    SetCamera(bool),
    SetScreen(bool),
    Accept {
        ring: String,
        room: RoomFacts,
        camera: bool,
    },
    Decline {
        ring: String,
    },
    /// The newest list of a room's call members, this device among them once announced.
    Members {
        room_id: String,
        members: Vec<CallMember>,
    },
    /// Our membership is in the room.
    Announced {
        room_id: String,
        event_id: String,
    },
    Rang(IncomingRing),
    /// Somebody declined our ringing.
    Declined {
        room_id: String,
        user_id: String,
    },
    /// A media key came from this (authenticated) device.
    Key {
        room_id: String,
        user_id: String,
        device_id: String,
        index: u8,
        key: Vec<u8>,
    },
    /// This device may not be put into the room's call; `code` as in the API.
    AnnounceFailed {
        room_id: String,
        code: String,
    },
    Token {
        room_id: String,
        url: String,
        jwt: String,
    },
    /// The token could not be had; `code` as in the API.
    TokenFailed {
        room_id: String,
        code: String,
    },
    Media(Media),
    /// Time passed.
    Tick,
}

/// What the machine must know of a room when a call begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomFacts {
    pub room_id: String,
    pub title: String,
    pub encrypted: bool,
    /// The other person of a direct room: they are rung, a group is only notified.
    pub direct_user: Option<String>,
}

/// Somebody rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingRing {
    /// The notification's event id.
    pub id: String,
    pub room_id: String,
    pub room_name: String,
    pub caller_id: String,
    pub caller_name: String,
    pub avatar: Option<String>,
    pub video: bool,
    pub sent: Millis,
    /// How long it rings from `sent`, milliseconds.
    pub lifetime: Millis,
}

/// What the media host tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Media {
    Connected,
    Reconnecting,
    Reconnected,
    /// The connection ended without our asking.
    Disconnected,
    /// Somebody took this device out of the call, or it is in the call twice: coming back would not last.
    Removed,
    /// The process is gone; a new one is started at the next connect.
    Died,
    /// The library is missing or of another hash: no use to try again. `code` as in the API.
    Unusable {
        code: String,
    },
    Track {
        identity: String,
        source: TileSource,
        present: bool,
        muted: bool,
    },
    /// The microphone of a participant.
    Voice {
        identity: String,
        muted: bool,
    },
    Speaking {
        identities: Vec<String>,
    },
    Quality {
        identity: String,
        quality: Quality,
    },
    KeyMissing {
        identity: String,
        missing: bool,
    },
    Gone {
        identity: String,
    },
}

/// What the machine wants done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    FetchToken {
        room_id: String,
    },
    Connect {
        url: String,
        jwt: String,
        encrypted: bool,
        mic: bool,
        camera: bool,
    },
    Disconnect,
    SetMic(bool),
    SetCamera(bool),
    SetScreen(bool),
    /// Gives the frame cryptors a key.
    UseKey {
        identity: String,
        index: u8,
        key: Vec<u8>,
    },
    /// Sends our key to these devices as encrypted to-device messages.
    SendKey {
        room_id: String,
        to: Vec<CallMember>,
        index: u8,
        key: Vec<u8>,
    },
    Announce {
        room_id: String,
    },
    Withdraw {
        room_id: String,
    },
    Ring {
        room_id: String,
        member_event: String,
        direct: bool,
        /// Whether it begins with a picture.
        video: bool,
    },
    SendDecline {
        room_id: String,
        ring: String,
    },
    /// History changed: keep it.
    KeepHistory,
}
