//! Calls and devices.

use tauri::{State, ipc::Channel};
use telestack_app::{
    ApiError, App,
    view::{CallDetails, CallsView, DeviceKind, Devices, FrameSocket, TileSize},
};

use super::sink;

#[tauri::command]
#[specta::specta]
pub async fn calls(app: State<'_, App>, updates: Channel<CallsView>) -> Result<u32, ApiError> {
    app.calls(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn start_call(
    app: State<'_, App>,
    room_id: String,
    mic: bool,
    camera: bool,
) -> Result<(), ApiError> {
    app.start_call(room_id, mic, camera).await
}

#[tauri::command]
#[specta::specta]
pub async fn accept_call(app: State<'_, App>, ring_id: String, camera: bool) -> Result<(), ApiError> {
    app.accept_call(ring_id, camera).await
}

#[tauri::command]
#[specta::specta]
pub async fn decline_call(app: State<'_, App>, ring_id: String) -> Result<(), ApiError> {
    app.decline_call(ring_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn leave_call(app: State<'_, App>) -> Result<(), ApiError> {
    app.leave_call().await
}

#[tauri::command]
#[specta::specta]
pub async fn set_mic(app: State<'_, App>, on: bool) -> Result<(), ApiError> {
    app.set_mic(on).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_camera(app: State<'_, App>, on: bool) -> Result<(), ApiError> {
    app.set_camera(on).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_screen(app: State<'_, App>, on: bool) -> Result<(), ApiError> {
    app.set_screen(on).await
}

#[tauri::command]
#[specta::specta]
pub async fn layout_tiles(app: State<'_, App>, tiles: Vec<TileSize>) -> Result<(), ApiError> {
    app.layout_tiles(tiles).await
}

#[tauri::command]
#[specta::specta]
pub async fn start_preview(app: State<'_, App>) -> Result<(), ApiError> {
    app.start_preview().await
}

#[tauri::command]
#[specta::specta]
pub async fn stop_preview(app: State<'_, App>) -> Result<(), ApiError> {
    app.stop_preview().await
}

#[tauri::command]
#[specta::specta]
pub async fn devices(app: State<'_, App>, updates: Channel<Devices>) -> Result<u32, ApiError> {
    app.devices(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn select_device(
    app: State<'_, App>,
    kind: DeviceKind,
    id: Option<String>,
) -> Result<(), ApiError> {
    app.select_device(kind, id).await
}

#[tauri::command]
#[specta::specta]
pub async fn frame_socket(app: State<'_, App>) -> Result<FrameSocket, ApiError> {
    app.frame_socket().await
}

/// What arrives from the others, once a second while a call is on.
#[tauri::command]
#[specta::specta]
pub async fn call_details(app: State<'_, App>, updates: Channel<CallDetails>) -> Result<u32, ApiError> {
    app.call_details(sink(updates)).await
}
