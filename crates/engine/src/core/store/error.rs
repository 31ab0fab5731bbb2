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
    #[error("the disk is full: make room")]
    DiskFull,
    #[error("the disk is read-only: see why, and mount it again for writing")]
    ReadOnly,
    #[error(
        "the disk cannot be read or written ({0}): look at the system's log, and copy what can be copied"
    )]
    DiskFails(String),
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a task of the store ended early")]
    Ended,
    #[error("it took longer than it may")]
    TooLong,
    /// What was only tried ended for others who waited, and is tried again.
    #[error("others were waiting")]
    GaveWay,
    /// An operation inside a transaction said no; everything is rolled back.
    #[error("refused: {}", .0.message)]
    Refused(Box<ApiError>),
}

impl StoreError {
    /// The same for each of those whose changes were to be committed together.
    pub(super) fn for_another(&self) -> Self {
        match self {
            Self::DiskFull => Self::DiskFull,
            Self::ReadOnly => Self::ReadOnly,
            Self::DiskFails(why) => Self::DiskFails(why.clone()),
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
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) => Self::DiskFails(error.to_string()),
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
