//! The parts of a form that uploads a file, read at their pace.

use axum::{body::Bytes, extract::multipart::Field};

use super::pace::Pace;
use crate::core::error::{ApiError, ApiResult};

/// Parts that are not the file: ids and permissions.
const SMALL: usize = 16 * 1024;
/// Bytes that are read of what is refused: a chunk as Appwrite's SDKs send them has five megabytes.
const SPILLED: usize = 8 * 1024 * 1024;

/// The part that is the file.
pub struct Part<'a> {
    pub field: Field<'a>,
    pub pace: &'a mut Pace,
}

impl Part<'_> {
    /// What comes next of it.
    pub async fn next(&mut self) -> ApiResult<Option<Bytes>> {
        let bytes = self.pace.wait(self.field.chunk()).await?;
        self.pace.came(bytes.as_ref().map_or(0, Bytes::len));
        Ok(bytes)
    }

    /// Reads it to its end without keeping it.
    pub async fn drain(&mut self) -> ApiResult<()> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// Reads on for a while what is refused: who is still sending might otherwise lose the connection before they read why.
    pub async fn spill(&mut self) {
        let mut left = SPILLED;
        while let Ok(Some(bytes)) = self.next().await {
            left = left.saturating_sub(bytes.len());
            if left == 0 {
                return;
            }
        }
    }
}

/// A part that is not the file.
pub async fn small(mut field: Field<'_>, pace: &mut Pace) -> ApiResult<String> {
    let mut bytes = Vec::new();
    while let Some(more) = pace.wait(field.chunk()).await? {
        bytes.extend_from_slice(&more);
        if bytes.len() > SMALL {
            return Err(ApiError::argument("A part of the form is too long."));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::argument("A part of the form is no UTF-8."))
}
