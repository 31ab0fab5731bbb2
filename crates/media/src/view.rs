//! What the window sees of devices and of the frame socket.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Device {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    Microphone,
    Speaker,
    Camera,
}

/// What is plugged in, and what was chosen. An empty list is a state, not an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Devices {
    pub microphones: Vec<Device>,
    pub speakers: Vec<Device>,
    pub cameras: Vec<Device>,
    /// The chosen device; none follows the desktop. It is kept while its device is unplugged.
    pub microphone: Option<String>,
    pub speaker: Option<String>,
    pub camera: Option<String>,
    /// Of the microphone, 0 to 1.
    pub level: f32,
}

/// Where the window gets frames. Another port and token whenever the media host was started again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FrameSocket {
    pub url: String,
    pub token: String,
    pub preview_tile: u32,
}

impl std::fmt::Debug for FrameSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameSocket").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How large a tile is shown. Device pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TileSize {
    pub id: u32,
    pub width: u32,
    pub height: u32,
}
