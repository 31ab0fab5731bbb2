//! Who is signed in, and what works at the moment.

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    view::{Connection, ServerInfo, SessionState, SignInStep},
};

impl App {
    pub async fn session(&self, updates: Sink<SessionState>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn check_server(&self, server: String) -> Result<ServerInfo, ApiError> {
        let _ = (server,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn sign_in(
        &self,
        server: String,
        email: String,
        password: String,
        progress: Sink<SignInStep>,
    ) -> Result<(), ApiError> {
        let _ = (server, email, password, progress);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn unlock(&self, passphrase: String) -> Result<(), ApiError> {
        let _ = (passphrase,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn rebuild_store(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn sign_out(&self) -> Result<(), ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn connection(&self, updates: Sink<Connection>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
