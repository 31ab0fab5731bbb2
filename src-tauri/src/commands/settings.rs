//! Settings, sessions, about, and what the window asks of the desktop.

use tauri::{State, ipc::Channel};
use telestack_app::{
    ApiError, App, ErrorCode,
    view::{About, SessionRow, Settings},
};

use super::sink;
use crate::{links::Links, notify::Notifier};

/// Ends a subscription of any command that has a channel.
#[allow(clippy::needless_pass_by_value, reason = "Tauri hands states over by value")]
#[tauri::command]
#[specta::specta]
pub fn unsubscribe(app: State<'_, App>, notifier: State<'_, Notifier>, id: u32) {
    notifier.closed(id);
    app.unsubscribe(id);
}

#[tauri::command]
#[specta::specta]
pub async fn settings(app: State<'_, App>, updates: Channel<Settings>) -> Result<u32, ApiError> {
    app.settings(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn save_settings(app: State<'_, App>, settings: Settings) -> Result<(), ApiError> {
    app.save_settings(settings).await
}

#[tauri::command]
#[specta::specta]
pub async fn sessions(app: State<'_, App>) -> Result<Vec<SessionRow>, ApiError> {
    app.sessions().await
}

#[tauri::command]
#[specta::specta]
pub async fn end_session(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.end_session(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn about(app: State<'_, App>) -> Result<About, ApiError> {
    let mut about = app.about().await?;
    about.webview = tauri::webview_version().unwrap_or_default();
    Ok(about)
}

#[tauri::command]
#[specta::specta]
pub async fn open_log_folder(app: State<'_, App>) -> Result<(), ApiError> {
    tauri_plugin_opener::open_path(app.log_folder(), None::<&str>)
        .map_err(|error| ErrorCode::Internal.with(error))
}

/// Longer accounts of what went wrong in the page are cut.
const LONGEST_FAULT: usize = 2000;

/// Writes into the log what went wrong in the page and was caught by nothing there.
#[tauri::command]
#[specta::specta]
pub async fn page_fault(fault: String) {
    let fault: String = fault.chars().take(LONGEST_FAULT).collect();
    tracing::error!(fault, "the page failed");
}

/// Opens a link of a message in the desktop's own browser or mail program; no other scheme leaves the window.
#[tauri::command]
#[specta::specta]
pub async fn open_link(url: String) -> Result<(), ApiError> {
    let url = tauri::Url::parse(&url).map_err(|error| ErrorCode::Invalid.with(error))?;
    if !matches!(url.scheme(), "http" | "https" | "mailto") {
        return Err(ErrorCode::Forbidden.with("only web and mail links are opened"));
    }
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| ErrorCode::Internal.with(error))
}

/// The newest `telestack://` link, once: `room/ID`, `person/ID`, `file/DRIVE/ID` or `join/...`, parts percent-encoded. The
/// event `link-arrived` says when to ask.
#[tauri::command]
#[specta::specta]
pub async fn take_link(links: State<'_, Links>) -> Result<Option<String>, ApiError> {
    Ok(links.take())
}
