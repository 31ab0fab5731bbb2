//! What the rest of the program sees of chat: plain values, no matrix-sdk types.
//!
//! Times are Unix milliseconds. They cross the IPC as JavaScript numbers, hence `f64`.

use serde::Serialize;
use specta::Type;

/// One row of the room list.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RoomSummary {
    pub id: String,
    pub name: String,
    pub topic: Option<String>,
    pub kind: RoomKind,
    pub membership: Membership,
    pub encrypted: bool,
    /// The other person of a direct room (Matrix id).
    pub direct_user: Option<String>,
    /// Who invited, where `membership` is `invited`.
    pub inviter: Option<String>,
    pub avatar: Option<String>,
    pub member_count: u32,
    pub unread: u32,
    pub mentions: u32,
    pub muted: bool,
    pub favourite: bool,
    pub last_message: Option<LastMessage>,
    /// Matrix ids of people now in the room's call.
    pub in_call: Vec<String>,
    pub draft: Option<String>,
    /// Whether our power lets us ask people in.
    pub can_invite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum RoomKind {
    Direct,
    Room,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    Joined,
    Invited,
}

/// The preview line under a room's name.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LastMessage {
    pub sender_name: String,
    pub own: bool,
    pub preview: Preview,
    pub time: f64,
    pub state: SendState,
}

/// A message in one line; the UI puts kinds other than text into words of the person's language.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Preview {
    Text { text: String },
    Image,
    File { name: String },
    Card { name: String },
    Call,
    Redacted,
    Undecryptable,
    Membership,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SendState {
    /// Written down here, waits for the network.
    Queued,
    Sending,
    Sent,
    /// Will not be tried again by itself.
    Failed,
}

/// One line of a timeline. `id` is stable from the local echo on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TimelineItem {
    Message(Box<Message>),
    #[serde(rename_all = "camelCase")]
    DayDivider {
        id: String,
        time: f64,
    },
    ReadMarker {
        id: String,
    },
    /// The room's beginning is reached.
    Start {
        id: String,
    },
    /// Somebody joined, left, named the room and the like.
    Notice(Notice),
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: String,
    /// Present once the server knows it.
    pub event_id: Option<String>,
    pub sender: Sender,
    pub own: bool,
    pub time: f64,
    pub body: Body,
    pub edited: bool,
    pub editable: bool,
    pub reply_to: Option<ReplyPreview>,
    pub reactions: Vec<Reaction>,
    pub read_by: Vec<Sender>,
    pub state: SendState,
    /// Why sending failed.
    pub failure: Option<SendFailure>,
    /// Bytes sent and bytes in all, while an attachment goes up.
    pub progress: Option<Progress>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SendFailure {
    TooLarge,
    NotAllowed,
    /// A recipient's device is not verified or changed its keys.
    Unverified,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
pub struct Progress {
    pub done: f64,
    pub total: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    pub id: String,
    pub name: String,
    pub avatar: Option<String>,
    pub verified: bool,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Body {
    /// `html` is sanitised here to Matrix' list of harmless tags; the UI still renders it as nodes, never as markup.
    Text {
        text: String,
        html: Option<String>,
        emote: bool,
        mentions_me: bool,
    },
    Image {
        name: String,
        mime: String,
        width: Option<u32>,
        height: Option<u32>,
        size: Option<f64>,
        blurhash: Option<String>,
        caption: Option<String>,
    },
    File {
        name: String,
        mime: String,
        size: Option<f64>,
    },
    /// A stored file shared by reference.
    Card(FileCard),
    Call {
        notification: bool,
    },
    Redacted,
    Undecryptable,
    Unsupported,
}

/// `org.telestack.file`, a field of an `m.room.message`: a file of Storage shared into a room.
/// Clients that do not know it show the message's plain text.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileCard {
    pub bucket: String,
    pub file: String,
    pub name: String,
    pub mime: String,
    pub size: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReplyPreview {
    pub event_id: String,
    pub sender_name: Option<String>,
    pub preview: Option<Preview>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Reaction {
    pub key: String,
    pub count: u32,
    pub mine: bool,
    pub senders: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    pub id: String,
    pub time: f64,
    pub sender: Sender,
    pub what: NoticeKind,
}

/// An id is of whom something was done to.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NoticeKind {
    Joined { name: String },
    Left { name: String },
    Invited { id: String, name: String },
    Declined { name: String },
    Removed { id: String, name: String },
    Renamed { name: String },
    Topic { text: String },
    Encrypted,
    Created,
    CallStarted,
    CallEnded,
    Other,
}

/// What travels on the channel of one open timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TimelineUpdate {
    Items {
        diffs: Vec<telestack_model::ListDiff<TimelineItem>>,
    },
    Typing {
        who: Vec<Sender>,
    },
    #[serde(rename_all = "camelCase")]
    Pagination {
        loading: bool,
        reached_start: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub id: String,
    pub name: String,
    pub avatar: Option<String>,
    pub power: MemberPower,
    pub verified: bool,
    pub invited: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum MemberPower {
    Admin,
    Moderator,
    Member,
}

/// How far this device is trusted and whether messages survive its loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionState {
    /// Whether the account's keys were asked for yet; before that nothing below says anything.
    pub known: bool,
    pub device_verified: bool,
    pub cross_signing: bool,
    pub recovery: bool,
}

/// A comparison of two devices, as its dialog shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub avatar: Option<String>,
    /// The other device's name, once one has answered.
    pub device: Option<String>,
    /// Two devices of one person.
    pub own: bool,
    /// They asked us.
    pub incoming: bool,
    pub step: VerificationStep,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum VerificationStep {
    /// They ask us and wait for our answer.
    Asked,
    /// We asked and wait for theirs.
    Waiting,
    /// Both want to; the emoji are on their way.
    Preparing,
    /// Both see these seven.
    Compare {
        emoji: Vec<Emoji>,
    },
    /// We said that they are the same and wait for the other.
    Confirmed,
    Done,
    Ended {
        why: VerificationEnd,
    },
}

impl VerificationStep {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Done | Self::Ended { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum VerificationEnd {
    /// The other side does not want to, or not now.
    Declined,
    /// Nobody answered for too long.
    TimedOut,
    /// The emoji or the keys behind them differ: somebody may be in between.
    Differed,
    Failed,
}

/// One of the 64 of Matrix' table. `name` is English; the window has names by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Emoji {
    pub number: u8,
    pub symbol: String,
    pub name: String,
}

/// A device of this account.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnDevice {
    pub id: String,
    pub name: Option<String>,
    pub current: bool,
    pub verified: bool,
    /// Whether it can read what is encrypted, and so can be verified.
    pub encrypts: bool,
    /// When the server last heard of it, as far as that is known.
    pub seen: Option<f64>,
}

/// What chat can do at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ChatConnection {
    Connecting,
    Online,
    Offline,
    /// The homeserver refuses our token: sign in again.
    SignedOut,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_gets_camel_case_fields_and_kebab_case_kinds() {
        let body = Body::Text { text: "hi".into(), html: None, emote: false, mentions_me: true };
        let json = serde_json::to_value(body).expect("JSON");
        assert_eq!((&json["kind"], &json["mentionsMe"]), (&"text".into(), &true.into()));
    }
}
