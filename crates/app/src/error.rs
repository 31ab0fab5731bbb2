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
    WrongCode,
    CodeOver,
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
    KeyringClosed,
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
            Self::WrongCode => "wrong-code",
            Self::CodeOver => "code-over",
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
            Self::KeyringClosed => "keyring-closed",
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

impl From<crate::store::KeyError> for ApiError {
    fn from(error: crate::store::KeyError) -> Self {
        use crate::store::KeyError;
        let code = match error {
            KeyError::NoKeyring => ErrorCode::KeyringClosed,
            KeyError::WrongPassphrase => ErrorCode::WrongPassphrase,
            KeyError::Missing | KeyError::Damaged => ErrorCode::StoreDamaged,
            KeyError::NoRandomness => ErrorCode::Internal,
        };
        code.with(error)
    }
}

impl From<telestack_backend::BackendError> for ApiError {
    fn from(error: telestack_backend::BackendError) -> Self {
        use telestack_backend::BackendError;
        let code = match &error {
            BackendError::Offline(_) => ErrorCode::Offline,
            BackendError::Unauthorized(kind) => match kind.as_str() {
                "user_invalid_credentials" | "user_blocked" => ErrorCode::WrongCredentials,
                "user_invalid_token" => ErrorCode::WrongCode,
                // Signed in, but not allowed to do this.
                "user_unauthorized" => ErrorCode::Forbidden,
                _ => ErrorCode::SignedOut,
            },
            BackendError::Forbidden(_) => ErrorCode::Forbidden,
            BackendError::NotFound => ErrorCode::NotFound,
            BackendError::RateLimited { .. } => ErrorCode::RateLimited,
            BackendError::Invalid { kind, .. } => match kind.as_str() {
                "storage_invalid_file_size" => ErrorCode::TooLarge,
                kind if kind.contains("quota") => ErrorCode::Quota,
                _ => ErrorCode::Invalid,
            },
            BackendError::Conflict => ErrorCode::Invalid,
            BackendError::Server { .. } | BackendError::Protocol(_) => ErrorCode::FilesUnavailable,
        };
        code.with(error)
    }
}

impl From<telestack_chat::ChatError> for ApiError {
    fn from(error: telestack_chat::ChatError) -> Self {
        use telestack_chat::ChatError;
        let code = match &error {
            ChatError::Offline => ErrorCode::Offline,
            ChatError::SignedOut => ErrorCode::SignedOut,
            ChatError::Forbidden => ErrorCode::Forbidden,
            ChatError::NotFound => ErrorCode::NotFound,
            ChatError::TooLarge => ErrorCode::TooLarge,
            ChatError::TooLong => ErrorCode::TooLong,
            ChatError::RateLimited => ErrorCode::RateLimited,
            ChatError::StoreDamaged(_) => ErrorCode::StoreDamaged,
            ChatError::DiskFull => ErrorCode::DiskFull,
            ChatError::Invalid(_) => ErrorCode::Invalid,
            ChatError::Other(_) => ErrorCode::Internal,
        };
        code.with(error)
    }
}

impl From<telestack_media::MediaError> for ApiError {
    fn from(error: telestack_media::MediaError) -> Self {
        use telestack_media::MediaError;
        let code = match &error {
            MediaError::Missing => ErrorCode::MediaMissing,
            MediaError::NotStarted(_) | MediaError::Ended => ErrorCode::CallsUnavailable,
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
