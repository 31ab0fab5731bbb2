use std::path::PathBuf;

use thiserror::Error;

/// Why the library cannot be used. None of these goes away by trying again.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error("there is no media library at {0}")]
    Missing(PathBuf),
    /// Not loaded, so nothing of it has run.
    #[error("the media library has sha256 {found}, expected is {expected}")]
    WrongHash { expected: String, found: String },
    /// The file is no library for this machine, or lacks a function.
    #[error("the media library does not load: {0}")]
    NotLoadable(String),
}

/// Why something asked of a room, a track or a source did not happen.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum RtcError {
    /// The library would not take the request; the reason is in its log.
    #[error("the media library refused: {0}")]
    Refused(&'static str),
    /// Tried and failed, in the library's words.
    #[error("{0}")]
    Failed(String),
    #[error("no answer in time: {0}")]
    TimedOut(&'static str),
    /// Refused here, because the library would end the process over it.
    #[error("{0}")]
    Invalid(&'static str),
    /// After [`Library::dispose`](crate::Library::dispose).
    #[error("the media library was disposed of")]
    Disposed,
}
