//! What the window sees of calls. Small and whole: one snapshot per change.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallsView {
    pub current: Option<CallView>,
    pub ringing: Vec<Ringing>,
    /// Newest first, at most 100.
    pub history: Vec<HistoryEntry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    pub room_id: String,
    pub title: String,
    pub phase: CallPhase,
    /// When this device joined; absent before.
    pub since: Option<f64>,
    pub encrypted: bool,
    pub mic: bool,
    pub camera: bool,
    pub screen: bool,
    /// The first tile is this device's own.
    pub tiles: Vec<Tile>,
    /// People who are being rung.
    pub waiting_for: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum CallPhase {
    Joining,
    Connected,
    /// The network or the media process went away; it comes back by itself.
    Reconnecting {
        media_restarted: bool,
    },
    /// Cannot go on; `code` as in `ApiError`.
    Failed {
        code: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tile {
    /// The id in frames of the loopback socket.
    pub id: u32,
    pub identity: String,
    pub user_id: String,
    pub name: String,
    pub avatar: Option<String>,
    pub own: bool,
    pub source: TileSource,
    pub muted: bool,
    pub video: bool,
    pub speaking: bool,
    pub quality: Quality,
    /// Their key has not arrived: nothing can be shown or heard yet.
    pub key_missing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TileSource {
    Camera,
    Screen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    Unknown,
    Good,
    Fair,
    Poor,
    Lost,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Ringing {
    pub id: String,
    pub room_id: String,
    pub room_name: String,
    pub caller_id: String,
    pub caller_name: String,
    pub avatar: Option<String>,
    pub video: bool,
    pub until: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    pub id: String,
    pub room_id: String,
    pub title: String,
    pub kind: HistoryKind,
    pub started: f64,
    /// Seconds; absent where nobody answered.
    pub seconds: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryKind {
    Outgoing,
    Incoming,
    Missed,
    Declined,
}
