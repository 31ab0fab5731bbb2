//! Who is signed in, and what works at the moment.

use tauri::{State, ipc::Channel};
use telestack_app::{
    ApiError, App,
    view::{Connection, Factor, ServerInfo, SessionState, SignInStep},
};

use super::sink;

#[tauri::command]
#[specta::specta]
pub async fn session(app: State<'_, App>, updates: Channel<SessionState>) -> Result<u32, ApiError> {
    app.session(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn check_server(app: State<'_, App>, server: String) -> Result<ServerInfo, ApiError> {
    app.check_server(server).await
}

#[tauri::command]
#[specta::specta]
pub async fn sign_in(
    app: State<'_, App>,
    server: String,
    email: String,
    password: String,
    progress: Channel<SignInStep>,
) -> Result<(), ApiError> {
    app.sign_in(server, email, password, sink(progress)).await
}

/// Has a code sent, for who signs in.
#[tauri::command]
#[specta::specta]
pub async fn ask_factor(app: State<'_, App>, factor: Factor) -> Result<(), ApiError> {
    app.ask_factor(factor).await
}

#[tauri::command]
#[specta::specta]
pub async fn answer_factor(
    app: State<'_, App>,
    factor: Factor,
    code: String,
    progress: Channel<SignInStep>,
) -> Result<(), ApiError> {
    app.answer_factor(factor, code, sink(progress)).await
}

#[tauri::command]
#[specta::specta]
pub async fn unlock(app: State<'_, App>, passphrase: String) -> Result<(), ApiError> {
    app.unlock(passphrase).await
}

#[tauri::command]
#[specta::specta]
pub async fn ask_keyring(app: State<'_, App>) -> Result<(), ApiError> {
    app.ask_keyring().await
}

#[tauri::command]
#[specta::specta]
pub async fn rebuild_store(app: State<'_, App>) -> Result<(), ApiError> {
    app.rebuild_store().await
}

#[tauri::command]
#[specta::specta]
pub async fn sign_out(app: State<'_, App>) -> Result<(), ApiError> {
    app.sign_out().await
}

#[tauri::command]
#[specta::specta]
pub async fn connection(app: State<'_, App>, updates: Channel<Connection>) -> Result<u32, ApiError> {
    app.connection(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn connect_now(app: State<'_, App>) -> Result<(), ApiError> {
    app.connect_now().await
}
