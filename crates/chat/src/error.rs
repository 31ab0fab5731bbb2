//! What can go wrong in chat, as codes that somebody acts on.

use matrix_sdk::{
    ClientBuildError, HttpError, StoreError,
    encryption::{
        identities::RequestVerificationError, recovery::RecoveryError, secret_storage::SecretStorageError,
    },
    room::reply::ReplyError,
    ruma::api::error::ErrorKind,
    send_queue::{RoomSendQueueError, RoomSendQueueStorageError},
};
use matrix_sdk_ui::timeline;
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

impl ChatError {
    /// Of a store that cannot be opened or read. SQLite's own words are all that comes through the SDK's layers.
    pub(crate) fn store(error: &dyn std::error::Error) -> Self {
        let text = chain(error);
        if text.contains("database or disk is full") { Self::DiskFull } else { Self::StoreDamaged(text) }
    }

    pub(crate) fn http(error: &HttpError) -> Self {
        if let Some(kind) = error.client_api_error_kind() {
            match kind {
                ErrorKind::UnknownToken(_) | ErrorKind::MissingToken => return Self::SignedOut,
                ErrorKind::Forbidden => return Self::Forbidden,
                ErrorKind::NotFound => return Self::NotFound,
                ErrorKind::TooLarge => return Self::TooLarge,
                ErrorKind::LimitExceeded(_) => return Self::RateLimited,
                _ => {}
            }
        }
        match error.as_client_api_error() {
            // A proxy in front of a homeserver that is down answers for it.
            Some(answer) if answer.status_code.is_server_error() => Self::Offline,
            Some(answer) => Self::Other(answer.to_string()),
            None if matches!(error, HttpError::Reqwest(_)) => Self::Offline,
            None => Self::Other(error.to_string()),
        }
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<HttpError> for ChatError {
    fn from(error: HttpError) -> Self {
        Self::http(&error)
    }
}

impl From<&matrix_sdk::Error> for ChatError {
    fn from(error: &matrix_sdk::Error) -> Self {
        use matrix_sdk::Error;
        match error {
            Error::Http(error) => Self::http(error),
            Error::Timeout | Error::ConcurrentRequestFailed => Self::Offline,
            Error::AuthenticationRequired => Self::SignedOut,
            Error::StateStore(error) => Self::store(error),
            Error::CryptoStoreError(error) => Self::store(error),
            Error::EventCacheStore(error) => Self::store(error),
            Error::MediaStore(error) => Self::store(error),
            Error::Identifier(error) => Self::Invalid(error.to_string()),
            Error::WrongRoomState(error) => Self::Invalid(error.to_string()),
            other => Self::Other(chain(other)),
        }
    }
}

impl From<matrix_sdk::Error> for ChatError {
    fn from(error: matrix_sdk::Error) -> Self {
        Self::from(&error)
    }
}

impl From<StoreError> for ChatError {
    fn from(error: StoreError) -> Self {
        Self::store(&error)
    }
}

impl From<ClientBuildError> for ChatError {
    fn from(error: ClientBuildError) -> Self {
        match error {
            ClientBuildError::SqliteStore(error) => Self::store(&error),
            ClientBuildError::Http(error) => Self::http(&error),
            other => Self::Other(chain(&other)),
        }
    }
}

impl From<RoomSendQueueError> for ChatError {
    fn from(error: RoomSendQueueError) -> Self {
        match error {
            RoomSendQueueError::RoomNotJoined => Self::Forbidden,
            RoomSendQueueError::RoomDisappeared => Self::NotFound,
            RoomSendQueueError::StorageError(error) => error.into(),
            other @ RoomSendQueueError::FailedToCreateAttachment => Self::Other(other.to_string()),
        }
    }
}

impl From<RoomSendQueueStorageError> for ChatError {
    fn from(error: RoomSendQueueStorageError) -> Self {
        Self::store(&error)
    }
}

impl From<ReplyError> for ChatError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::Fetch(error) => Self::from(&*error),
            other => Self::Invalid(other.to_string()),
        }
    }
}

impl From<RecoveryError> for ChatError {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::Sdk(error) => error.into(),
            RecoveryError::SecretStorage(SecretStorageError::Sdk(error)) => error.into(),
            RecoveryError::SecretStorage(SecretStorageError::SecretStorageKey(error)) => {
                Self::Invalid(error.to_string())
            }
            // The account has no recovery.
            RecoveryError::SecretStorage(SecretStorageError::MissingKeyInfo { .. }) => Self::NotFound,
            other => Self::Other(chain(&other)),
        }
    }
}

impl From<RequestVerificationError> for ChatError {
    fn from(error: RequestVerificationError) -> Self {
        match error {
            RequestVerificationError::Sdk(error) => error.into(),
            other @ RequestVerificationError::RoomCreation(_) => Self::Other(chain(&other)),
        }
    }
}

impl From<timeline::Error> for ChatError {
    fn from(error: timeline::Error) -> Self {
        use timeline::{EditError, Error, RedactError};
        match error {
            Error::EventNotInTimeline(_) => Self::NotFound,
            Error::SendQueueError(error) => error.into(),
            Error::ReplyError(error) => error.into(),
            Error::RedactError(RedactError::HttpError(error)) => Self::http(&error),
            Error::RedactError(RedactError::ItemNotFound(_)) => Self::NotFound,
            Error::EditError(EditError::RoomError(error)) => Self::Invalid(error.to_string()),
            other => Self::Other(chain(&other)),
        }
    }
}
