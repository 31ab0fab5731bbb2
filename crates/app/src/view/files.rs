//! Buckets as drives, folders made of paths in names.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Drive {
    pub id: String,
    pub name: String,
    /// Largest file the drive takes.
    pub max_file_size: f64,
    pub used: f64,
    pub read_only: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FolderItem {
    /// `path` from the drive's root, parts divided by `/`.
    Folder {
        path: String,
        name: String,
        count: u32,
    },
    File(FileEntry),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    pub id: String,
    pub drive: String,
    /// Folder part, `""` at the root.
    pub folder: String,
    pub name: String,
    pub mime: String,
    pub size: f64,
    pub changed: f64,
    pub writable: bool,
    /// Whether `tsres://localhost/preview/{drive}/{id}` has a picture.
    pub has_preview: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    pub id: String,
    pub drive: String,
    pub folder: String,
    pub name: String,
    pub size: f64,
    pub done: f64,
    pub state: UploadState,
    /// Set when done.
    pub file_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum UploadState {
    Waiting,
    Running,
    Paused,
    /// Waits for the network and goes on by itself.
    Offline,
    Done,
    /// `code` as in `ApiError`.
    Failed {
        code: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct StorageUse {
    pub used: f64,
    /// None: no limit.
    pub quota: Option<f64>,
}
