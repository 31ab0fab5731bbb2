//! Settings, sessions, about.

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    view::{About, SessionRow, Settings},
};

impl App {
    pub async fn settings(&self, updates: Sink<Settings>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn save_settings(&self, settings: Settings) -> Result<(), ApiError> {
        let _ = (settings,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn sessions(&self) -> Result<Vec<SessionRow>, ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn end_session(&self, id: String) -> Result<(), ApiError> {
        let _ = (id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn about(&self) -> Result<About, ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
