//! What the window shows by address: `tsres://localhost/...`.

use super::App;
use crate::{ApiError, ErrorCode};

/// Bytes with their kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl App {
    /// `path` as in the address, its parts percent-encoded: `/preview/{drive}/{file}`, `/file/{drive}/{file}`,
    /// `/attachment/{room}/{item}`, `/thumbnail/{room}/{item}`, `/avatar/{mxc URI}`, `/person/{user id}`.
    /// `?w=` is the width in device pixels that a picture is wanted for.
    ///
    /// # Errors
    /// `not-found` for what is no such path; else as the areas'.
    pub async fn resource(&self, path: &str) -> Result<Resource, ApiError> {
        let _ = path;
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
