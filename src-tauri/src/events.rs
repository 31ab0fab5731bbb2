//! What the shell tells the window by itself.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// A `telestack://` link was opened: `room/ID`, `person/ID`, `file/DRIVE/ID` or `join/...`, parts percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub struct DeepLink {
    pub link: String,
}

/// Files were dropped on the window, at this place in CSS pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type, Event)]
pub struct FilesDropped {
    pub paths: Vec<String>,
    pub x: f64,
    pub y: f64,
}
