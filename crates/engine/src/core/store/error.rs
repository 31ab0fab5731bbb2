//! What can go wrong with the database.

use rusqlite::{ErrorCode, ffi};

use crate::core::error::ApiError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the data folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
    #[error("another process uses this data folder: stop it, or give each a folder of its own")]
    InUse,
    #[error("there is no database here")]
    NoDatabase,
    #[error("the database is damaged ({0}): restore the newest backup")]
    Damaged(String),
    #[error("the database was written by a newer version ({0})")]
    TooNew(i64),
    #[error("the disk is full")]
    DiskFull,
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a task of the store ended early")]
    Ended,
    /// An operation inside a transaction said no; everything is rolled back.
    #[error("refused: {}", .0.message)]
    Refused(Box<ApiError>),
}

impl StoreError {
    /// The same for each of those whose changes were to be committed together.
    pub(super) fn for_another(&self) -> Self {
        match self {
            Self::DiskFull => Self::DiskFull,
            Self::Damaged(why) => Self::Damaged(why.clone()),
            Self::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
            }
            _ => Self::Ended,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<ApiError> for StoreError {
    fn from(error: ApiError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// Whether a statement failed because something is there already.
pub fn is_conflict(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(ffi::Error { extended_code, .. }, _)
        if matches!(*extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY))
}
