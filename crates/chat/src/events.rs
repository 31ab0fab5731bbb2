//! What chat tells by itself: calls that begin, keys that arrive, messages that deserve a notification.

/// A person's device in a room's call, as its membership event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtcMember {
    pub user_id: String,
    pub device_id: String,
    pub name: String,
    pub avatar: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// The newest list of a room's call members, this device among them once announced.
    Members { room_id: String, members: Vec<RtcMember> },
    Rang {
        /// The notification's event id.
        id: String,
        room_id: String,
        room_name: String,
        caller_id: String,
        caller_name: String,
        avatar: Option<String>,
        video: bool,
        /// Unix milliseconds.
        sent: i64,
        /// How long it rings from `sent`, milliseconds.
        lifetime: i64,
    },
    /// Somebody declined a ring in this room; our own user id where another device of ours did.
    Declined { room_id: String, user_id: String },
    /// A media key, out of a message that only this device of theirs can have encrypted.
    Key { room_id: String, user_id: String, device_id: String, index: u8, key: Vec<u8> },
}

impl std::fmt::Debug for CallEvent {
    /// Without keys and names: it ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Members { room_id, members } => {
                write!(f, "Members {{ {room_id}, {} }}", members.len())
            }
            Self::Rang { id, room_id, .. } => write!(f, "Rang {{ {room_id}, {id} }}"),
            Self::Declined { room_id, .. } => write!(f, "Declined {{ {room_id} }}"),
            Self::Key { room_id, index, .. } => write!(f, "Key {{ {room_id}, {index} }}"),
        }
    }
}

/// A message that deserves a desktop notification.
#[derive(Clone, PartialEq)]
pub struct Incoming {
    pub room_id: String,
    pub event_id: String,
    pub room_name: String,
    pub sender_name: String,
    /// None where there are no words: a picture, a file.
    pub text: Option<String>,
    /// Unix milliseconds.
    pub time: f64,
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("event_id", &self.event_id).finish_non_exhaustive()
    }
}

/// Bytes of a picture or a file, decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// The way into the call's LiveKit room.
#[derive(Clone, PartialEq, Eq)]
pub struct SfuToken {
    pub url: String,
    pub jwt: String,
}

impl std::fmt::Debug for SfuToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SfuToken").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How somebody is reachable, as the homeserver knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Online,
    Away,
    Offline,
    Unknown,
}
