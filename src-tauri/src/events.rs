//! What the shell tells the window by itself.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// A `telestack://` link waits to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub struct LinkArrived;

/// Files were dropped on the window, at this place in CSS pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type, Event)]
pub struct FilesDropped {
    pub paths: Vec<String>,
    pub x: f64,
    pub y: f64,
}
