//! Settings, sessions, about.

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    view::{About, SessionRow, Settings},
};

/// Made by the build script out of the lock file and the sources of the crates.
const LICENCES: &str = include_str!(concat!(env!("OUT_DIR"), "/licences.json"));

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
fn row(session: telestack_backend::Session) -> SessionRow {
    let parts = [session.client_name, session.device_name, session.os_name];
    let name = parts.into_iter().find(|part| !part.is_empty()).unwrap_or_else(|| session.id.clone());
    let place = [session.country_name, session.ip].into_iter().find(|part| !part.is_empty());
    let created = chrono::DateTime::parse_from_rfc3339(&session.created);
    SessionRow {
        id: session.id,
        name,
        place,
        created: created.map_or(0, |time| time.timestamp_millis()) as f64,
        current: session.current,
    }
}

impl App {
    /// What was chosen on this computer.
    pub async fn settings(&self, updates: Sink<Settings>) -> Result<u32, ApiError> {
        Ok(self.inner.subscriptions.forward(self.inner.settings.watch(), updates, Clone::clone))
    }

    /// Keeps a choice.
    pub async fn save_settings(&self, settings: Settings) -> Result<(), ApiError> {
        self.inner.settings.save(&self.inner.profile, settings)
    }

    /// Where this account is signed in.
    pub async fn sessions(&self) -> Result<Vec<SessionRow>, ApiError> {
        let signed = self.signed()?;
        let sessions = signed.link.call(signed.link.backend.sessions()).await?;
        Ok(sessions.into_iter().map(row).collect())
    }

    /// Ends a session somewhere.
    pub async fn end_session(&self, id: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        signed.link.call(signed.link.backend.end_session(&id)).await
    }

    /// Versions, licences and where the logs are. `webview` is empty: the shell fills it in.
    pub async fn about(&self) -> Result<About, ApiError> {
        let server = self.signed().ok().map(|signed| signed.server_info().version);
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            server_version: server,
            // The shell knows it.
            webview: String::new(),
            log_folder: self.log_folder().display().to_string(),
            licences: serde_json::from_str(LICENCES).map_err(|error| ErrorCode::Internal.with(error))?,
        })
    }
}
