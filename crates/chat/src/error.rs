//! What can go wrong in chat, as codes that somebody acts on.

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChatError {
    #[error("the homeserver cannot be reached")]
    Offline,
    /// The homeserver refuses our token.
    #[error("this device is signed out")]
    SignedOut,
    #[error("not allowed")]
    Forbidden,
    #[error("not found")]
    NotFound,
    /// A file above the server's limit.
    #[error("larger than the server takes")]
    TooLarge,
    /// A message that no homeserver would take.
    #[error("the message is too long")]
    TooLong,
    #[error("too many requests")]
    RateLimited,
    /// The local store cannot be opened: it can be rebuilt from the server.
    #[error("the local store is damaged: {0}")]
    StoreDamaged(String),
    #[error("the disk is full")]
    DiskFull,
    #[error("invalid: {0}")]
    Invalid(String),
    #[error("{0}")]
    Other(String),
}
