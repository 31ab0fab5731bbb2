//! What a caller is told when the blobs cannot be written or read.

use std::io::ErrorKind;

use axum::http::StatusCode;

use super::blob::BlobError;
use crate::core::{error::ApiError, store::StoreError};

pub fn disk(error: &std::io::Error) -> ApiError {
    match error.kind() {
        ErrorKind::StorageFull => return StoreError::DiskFull.into(),
        ErrorKind::ReadOnlyFilesystem => return StoreError::ReadOnly.into(),
        // EIO has no kind of its own.
        _ if error.raw_os_error() == Some(5) => return StoreError::DiskFails(error.to_string()).into(),
        _ => {}
    }
    tracing::error!(%error, "the blob folder failed");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "general_unknown",
        "The server could not store the file.",
    )
}

/// Damage is told as what it is, and nothing of the file is sent.
pub fn blob(error: &BlobError, number: i64) -> ApiError {
    match error {
        BlobError::Io(error) => disk(error),
        BlobError::Objects(error) => {
            tracing::error!(%error, "the object store failed");
            let mut away = ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "general_server_error",
                "The server cannot reach where its files are. Try again.",
            );
            away.retry_after = Some(10);
            away
        }
        BlobError::Damaged(why) => {
            tracing::error!(file = number, why, "a blob is damaged: restore it from a backup");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "general_server_error",
                "The file is damaged on the server's disk.",
            )
        }
    }
}
