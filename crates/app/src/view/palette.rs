//! What Ctrl+K finds.

use serde::Serialize;
use specta::Type;

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PaletteEntry {
    pub kind: PaletteKind,
    /// Room id, Matrix id of a person, or `drive/file`.
    pub id: String,
    pub title: String,
    pub subtitle: Option<String>,
    pub avatar: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PaletteKind {
    Person,
    Room,
    File,
}
