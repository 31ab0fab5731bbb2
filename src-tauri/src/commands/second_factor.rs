//! What protects the account: its second factor and its password.

use tauri::State;
use telestack_app::{
    ApiError, App,
    view::{AppSecret, Factor, SecondFactor},
};

use crate::grants::Grants;

#[tauri::command]
#[specta::specta]
pub async fn second_factor(app: State<'_, App>) -> Result<SecondFactor, ApiError> {
    app.second_factor().await
}

/// None where an app is linked already: a code of that one is wanted then.
#[tauri::command]
#[specta::specta]
pub async fn begin_second_factor(app: State<'_, App>) -> Result<Option<AppSecret>, ApiError> {
    app.begin_second_factor().await
}

/// Answers the recovery codes.
#[tauri::command]
#[specta::specta]
pub async fn turn_second_factor_on(app: State<'_, App>, code: String) -> Result<Vec<String>, ApiError> {
    app.turn_second_factor_on(code).await
}

#[tauri::command]
#[specta::specta]
pub async fn turn_second_factor_off(
    app: State<'_, App>,
    factor: Factor,
    code: String,
) -> Result<(), ApiError> {
    app.turn_second_factor_off(factor, code).await
}

/// Has a code sent, for what asks for one while somebody is signed in.
#[tauri::command]
#[specta::specta]
pub async fn ask_second_factor(app: State<'_, App>, factor: Factor) -> Result<(), ApiError> {
    app.ask_second_factor(factor).await
}

#[tauri::command]
#[specta::specta]
pub async fn renew_recovery_codes(
    app: State<'_, App>,
    factor: Factor,
    code: String,
) -> Result<Vec<String>, ApiError> {
    app.renew_recovery_codes(factor, code).await
}

/// Writes recovery codes to a file, below a line that says what they are.
#[tauri::command]
#[specta::specta]
pub async fn save_recovery_codes(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    path: String,
    explanation: String,
    codes: Vec<String>,
) -> Result<(), ApiError> {
    app.save_recovery_codes(grants.writable(path)?, explanation, codes).await
}

#[tauri::command]
#[specta::specta]
pub async fn change_password(app: State<'_, App>, former: String, wanted: String) -> Result<(), ApiError> {
    app.change_password(former, wanted).await
}
