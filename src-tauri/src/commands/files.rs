//! Drives, folders, uploads, and the desktop's dialogs for files.

use std::path::Path;

use tauri::{AppHandle, State, ipc::Channel};
use telestack_app::{
    ApiError, App, ListDiff,
    view::{Drive, FolderItem, StorageUse, Upload},
};

use super::sink;
use crate::{dialogs, grants::Grants};

#[tauri::command]
#[specta::specta]
pub async fn drives(app: State<'_, App>, updates: Channel<Vec<Drive>>) -> Result<u32, ApiError> {
    app.drives(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn open_folder(
    app: State<'_, App>,
    drive: String,
    path: String,
    updates: Channel<Vec<ListDiff<FolderItem>>>,
) -> Result<u32, ApiError> {
    app.open_folder(drive, path, sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn storage_use(app: State<'_, App>) -> Result<StorageUse, ApiError> {
    app.storage_use().await
}

#[tauri::command]
#[specta::specta]
pub async fn upload(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    drive: String,
    folder: String,
    paths: Vec<String>,
) -> Result<(), ApiError> {
    let paths = paths.into_iter().map(|path| grants.readable(path)).collect::<Result<_, _>>()?;
    app.upload(drive, folder, paths).await
}

/// Puts a file that is too large for chat into Files and links it in the room.
#[tauri::command]
#[specta::specta]
pub async fn link_upload(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    room_id: String,
    path: String,
) -> Result<(), ApiError> {
    app.link_upload(room_id, grants.readable(path)?).await
}

/// Puts the file of a message that was refused as too large into Files; its link takes the message's place.
#[tauri::command]
#[specta::specta]
pub async fn link_unsent(app: State<'_, App>, room_id: String, item_id: String) -> Result<(), ApiError> {
    app.link_unsent(room_id, item_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn uploads(app: State<'_, App>, updates: Channel<Vec<ListDiff<Upload>>>) -> Result<u32, ApiError> {
    app.uploads(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn pause_upload(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.pause_upload(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn resume_upload(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.resume_upload(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn cancel_upload(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.cancel_upload(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn download_file(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    drive: String,
    id: String,
    path: String,
) -> Result<(), ApiError> {
    app.download_file(drive, id, grants.writable(path)?).await
}

#[tauri::command]
#[specta::specta]
pub async fn open_file(app: State<'_, App>, drive: String, id: String) -> Result<(), ApiError> {
    app.open_file(drive, id).await
}

#[tauri::command]
#[specta::specta]
pub async fn rename_file(
    app: State<'_, App>,
    drive: String,
    id: String,
    name: String,
) -> Result<(), ApiError> {
    app.rename_file(drive, id, name).await
}

#[tauri::command]
#[specta::specta]
pub async fn delete_file(app: State<'_, App>, drive: String, id: String) -> Result<String, ApiError> {
    app.delete_file(drive, id).await
}

#[tauri::command]
#[specta::specta]
pub async fn undo_delete(app: State<'_, App>, token: String) -> Result<(), ApiError> {
    app.undo_delete(token).await
}

#[tauri::command]
#[specta::specta]
pub async fn share_file(
    app: State<'_, App>,
    drive: String,
    id: String,
    room_id: String,
) -> Result<(), ApiError> {
    app.share_file(drive, id, room_id).await
}

/// Empty when the person chose none.
#[tauri::command]
#[specta::specta]
pub async fn pick_files(handle: AppHandle, grants: State<'_, Grants>) -> Result<Vec<String>, ApiError> {
    let files = dialogs::pick_files(&handle).await;
    grants.allow_reading(&files);
    Ok(files.iter().map(|file| shown(file)).collect())
}

/// None when the person chose none.
#[tauri::command]
#[specta::specta]
pub async fn pick_save_path(
    handle: AppHandle,
    grants: State<'_, Grants>,
    suggested: String,
) -> Result<Option<String>, ApiError> {
    let file = dialogs::pick_save_path(&handle, &suggested).await;
    Ok(file.map(|file| {
        grants.allow_writing(&file);
        shown(&file)
    }))
}

/// Paths cross the IPC as text; one that is no Unicode is not found again, which says so.
fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
