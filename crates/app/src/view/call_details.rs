//! What arrives from everybody in a call.

use serde::Serialize;
use specta::Type;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Type)]
pub struct CallDetails {
    /// Everybody but this device; as `Tile::identity`.
    pub people: Vec<Arriving>,
}

/// What arrives from one participant's camera and microphone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Arriving {
    pub identity: String,
    /// Of the last picture, in pixels.
    pub width: u32,
    pub height: u32,
    /// Pictures per second.
    pub rate: f64,
    /// The loudest of the last half second, 0 to 1.
    pub level: f32,
    /// The strongest frequency of the last half second in hertz; 0 in silence.
    pub pitch: f32,
    /// Times at which something could not be decrypted.
    pub undecrypted: u32,
}
