//! What backing up, restoring and checking need of the engine: a copy of the database as it is at one moment, what it
//! says of the bytes of its files, and whether it is whole. All of it works beside a server that runs.

mod files;
mod look;

use std::path::{Path, PathBuf};

pub use files::Kept;
pub use look::Data;

use crate::core::store::{self, FolderLock, StoreError};

/// Keeps every server off a data folder while it is held.
#[derive(Debug)]
pub struct Hold {
    _lock: FolderLock,
}

/// Takes a data folder, which must be there.
///
/// # Errors
/// Another process has it, or it cannot be written.
pub fn hold(folder: &Path) -> Result<Hold, StoreError> {
    Ok(Hold { _lock: FolderLock::take(folder)? })
}

/// Where a data folder has its database.
#[must_use]
pub fn database(folder: &Path) -> PathBuf {
    store::database(folder)
}

/// Where a data folder has the bytes of its files.
#[must_use]
pub fn blobs(folder: &Path) -> PathBuf {
    folder.join("blobs")
}
