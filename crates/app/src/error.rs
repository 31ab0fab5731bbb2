//! How anything that goes wrong reaches the window: a code that somebody acts on, and words for the details.

use serde::Serialize;
use specta::Type;

/// `message` is for logs and details; the window chooses its words by `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
}

/// A code exists only where the window does something different for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    Offline,
    NotFoundServer,
    NotTelestack,
    UntrustedCertificate,
    ClockOff,
    WrongCredentials,
    RateLimited,
    ChatUnavailable,
    FilesUnavailable,
    CallsUnavailable,
    SignedOut,
    Forbidden,
    NotFound,
    TooLarge,
    TooLong,
    DiskFull,
    StoreDamaged,
    WrongPassphrase,
    PassphraseNeeded,
    MediaMissing,
    MediaWrong,
    Invalid,
    Quota,
    Internal,
}

impl ErrorCode {
    /// The code as the window knows it, `too-large` for [`ErrorCode::TooLarge`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NotFoundServer => "not-found-server",
            Self::NotTelestack => "not-telestack",
            Self::UntrustedCertificate => "untrusted-certificate",
            Self::ClockOff => "clock-off",
            Self::WrongCredentials => "wrong-credentials",
            Self::RateLimited => "rate-limited",
            Self::ChatUnavailable => "chat-unavailable",
            Self::FilesUnavailable => "files-unavailable",
            Self::CallsUnavailable => "calls-unavailable",
            Self::SignedOut => "signed-out",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::TooLarge => "too-large",
            Self::TooLong => "too-long",
            Self::DiskFull => "disk-full",
            Self::StoreDamaged => "store-damaged",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::PassphraseNeeded => "passphrase-needed",
            Self::MediaMissing => "media-missing",
            Self::MediaWrong => "media-wrong",
            Self::Invalid => "invalid",
            Self::Quota => "quota",
            Self::Internal => "internal",
        }
    }

    /// An error of this code.
    pub fn with(self, message: impl std::fmt::Display) -> ApiError {
        ApiError { code: self, message: message.to_string() }
    }
}

impl From<crate::store::VaultError> for ApiError {
    fn from(error: crate::store::VaultError) -> Self {
        use crate::store::VaultError;
        let code = match &error {
            VaultError::DiskFull => ErrorCode::DiskFull,
            VaultError::Damaged(_) => ErrorCode::StoreDamaged,
            VaultError::Io(_) => ErrorCode::Internal,
        };
        code.with(error)
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let code = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
            ErrorKind::NotFound => ErrorCode::NotFound,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ErrorCode::Forbidden,
            _ => ErrorCode::Internal,
        };
        code.with(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_rust_is_the_name_on_the_wire() {
        for code in
            [ErrorCode::NotFoundServer, ErrorCode::TooLarge, ErrorCode::MediaWrong, ErrorCode::Offline]
        {
            assert_eq!(serde_json::to_value(code).expect("a string"), code.as_str());
        }
    }

    #[test]
    fn a_full_disk_is_named() {
        let error = ApiError::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
        assert_eq!(error.code, ErrorCode::DiskFull);
    }
}
