//! What the app and the media host say to each other: one JSON value per line, `ToHost` on the host's stdin,
//! `FromHost` on its stdout.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::view::{DeviceKind, Devices, FrameSocket, TileSize};

/// The tile of the own camera outside of a call.
pub const PREVIEW_TILE: u32 = 0;

/// A picture of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackSource {
    Camera,
    Screen,
}

/// How well a participant is connected, as the server judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    Unknown,
    Good,
    Fair,
    Poor,
    Lost,
}

/// Which picture a tile id shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileBinding {
    pub tile: u32,
    pub identity: String,
    pub source: TrackSource,
    /// This device's own camera or screen.
    pub own: bool,
}

/// Asked of the media host. `Debug` leaves tokens and keys out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ToHost {
    /// Joins a room, leaving the one before. In an encrypted room nothing is published before the own key came.
    Connect {
        url: String,
        jwt: String,
        encrypted: bool,
        mic: bool,
        camera: bool,
    },
    Disconnect,
    SetMic {
        on: bool,
    },
    SetCamera {
        on: bool,
    },
    SetScreen {
        on: bool,
    },
    /// A participant's media key; may come before the participant and while connecting.
    UseKey {
        identity: String,
        index: u8,
        /// Base64 of the raw key.
        key: String,
    },
    /// All bindings; tiles that are not listed show nothing.
    BindTiles {
        tiles: Vec<TileBinding>,
    },
    /// All tiles that are seen; what is not seen is neither received nor sent to the window.
    Layout {
        tiles: Vec<TileSize>,
    },
    StartPreview,
    StopPreview,
    /// Watches the device list and the microphone's level.
    WatchDevices {
        on: bool,
    },
    /// None follows the desktop.
    SelectDevice {
        device: DeviceKind,
        id: Option<String>,
    },
    NoiseSuppression {
        on: bool,
    },
    /// 1 is unchanged; clamped to 0..=4.
    Volume {
        identity: String,
        gain: f32,
    },
    /// Answered by `FromHost::Stats`.
    Stats,
}

impl fmt::Debug for ToHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { encrypted, mic, camera, .. } => {
                write!(f, "Connect {{ encrypted: {encrypted}, mic: {mic}, camera: {camera} }}")
            }
            Self::Disconnect => f.write_str("Disconnect"),
            Self::SetMic { on } => write!(f, "SetMic({on})"),
            Self::SetCamera { on } => write!(f, "SetCamera({on})"),
            Self::SetScreen { on } => write!(f, "SetScreen({on})"),
            Self::UseKey { index, .. } => write!(f, "UseKey {{ index: {index} }}"),
            Self::BindTiles { tiles } => write!(f, "BindTiles({})", tiles.len()),
            Self::Layout { tiles } => write!(f, "Layout({tiles:?})"),
            Self::StartPreview => f.write_str("StartPreview"),
            Self::StopPreview => f.write_str("StopPreview"),
            Self::WatchDevices { on } => write!(f, "WatchDevices({on})"),
            Self::SelectDevice { device, .. } => write!(f, "SelectDevice({device:?})"),
            Self::NoiseSuppression { on } => write!(f, "NoiseSuppression({on})"),
            Self::Volume { gain, .. } => write!(f, "Volume({gain})"),
            Self::Stats => f.write_str("Stats"),
        }
    }
}

/// Told by the media host, and `Died` by its handle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum FromHost {
    Ready {
        socket: FrameSocket,
    },
    Devices(Devices),
    Connected,
    Reconnecting,
    Reconnected,
    /// The connection ended without our asking.
    Disconnected {
        reason: String,
    },
    /// Something that was asked for could not be done; `code` as in the API.
    Failed {
        code: String,
    },
    /// The own tracks are told as well.
    Track {
        identity: String,
        source: TrackSource,
        present: bool,
        muted: bool,
    },
    /// The microphone of a participant; without one it counts as muted.
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
    Stats(HostStats),
    /// The process ended without our asking; the next request that needs one starts another.
    Died,
    /// The host or its library is missing (`media-missing`) or of another hash (`media-wrong`): no use to try again.
    Unusable {
        code: String,
    },
}

/// What arrived here since the room was joined.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostStats {
    pub connected: bool,
    pub participants: Vec<ParticipantStats>,
}

/// One participant other than this device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantStats {
    pub identity: String,
    /// The camera. Pictures that arrived decrypted and decoded.
    pub frames: u64,
    pub width: u32,
    pub height: u32,
    /// Of the last frame, 0 to 255.
    pub mean_rgb: [f64; 3],
    /// Read out of the test picture, where the last frame is one.
    pub frame_number: Option<u32>,
    /// When the last test picture was captured; Unix microseconds of the sender's clock.
    pub captured: Option<i64>,
    /// When that frame arrived here; Unix microseconds.
    pub received: Option<i64>,
    pub screen_frames: u64,
    /// Blocks of 10 ms that arrived and could be opened.
    pub audio_blocks: u64,
    /// Of the last half second, 0 to 1.
    pub audio_peak: f32,
    /// The strongest frequency of the last half second; 0 in silence.
    pub audio_hz: f32,
    /// Times at which this participant's frames could not be decrypted.
    pub decrypt_errors: u64,
    /// Milliseconds from the request to join.
    pub first_frame_ms: Option<u64>,
    pub first_sound_ms: Option<u64>,
}
