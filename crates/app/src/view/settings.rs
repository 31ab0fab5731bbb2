//! What a person chose on this computer, and what they may look up about the program.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    pub theme: Theme,
    pub high_contrast: bool,
    /// Per cent, 80 to 200.
    pub text_size: u32,
    pub density: Density,
    pub reduce_motion: bool,
    /// BCP 47; none follows the desktop.
    pub language: Option<String>,
    pub notifications: bool,
    /// Whether a notification may say what was written.
    pub notification_text: bool,
    pub microphone: Option<String>,
    pub speaker: Option<String>,
    pub camera: Option<String>,
    pub noise_suppression: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            high_contrast: false,
            text_size: 100,
            density: Density::Comfortable,
            reduce_motion: false,
            language: None,
            notifications: true,
            notification_text: true,
            microphone: None,
            speaker: None,
            camera: None,
            noise_suppression: true,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Density {
    Comfortable,
    Compact,
}

/// One place where this account is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionRow {
    pub id: String,
    pub name: String,
    pub place: Option<String>,
    pub created: f64,
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub version: String,
    pub server_version: Option<String>,
    pub webview: String,
    pub log_folder: String,
    pub licences: Vec<Licence>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Licence {
    pub name: String,
    pub version: String,
    pub licence: String,
}
