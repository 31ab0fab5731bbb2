//! A data folder has one owner.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::StoreError;

/// Holds a data folder for one process; it is free again when that ends, however it does.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        let file = File::options().create(true).append(true).open(folder.join("engine.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
