//! Rooms and messages.

use tauri::{State, ipc::Channel};
use telestack_app::{
    ApiError, App, ListDiff,
    view::{EncryptionState, Member, OwnDevice, RoomSummary, TimelineUpdate, Verification},
};

use super::sink;
use crate::{grants::Grants, notify::Notifier};

#[tauri::command]
#[specta::specta]
pub async fn rooms(
    app: State<'_, App>,
    updates: Channel<Vec<ListDiff<RoomSummary>>>,
) -> Result<u32, ApiError> {
    app.rooms(sink(updates)).await
}

/// Opening a room takes its notifications away, and none appears while it is in front.
#[tauri::command]
#[specta::specta]
pub async fn open_timeline(
    app: State<'_, App>,
    notifier: State<'_, Notifier>,
    room_id: String,
    updates: Channel<TimelineUpdate>,
) -> Result<u32, ApiError> {
    let subscription = app.open_timeline(room_id.clone(), sink(updates)).await?;
    notifier.opened(room_id, subscription);
    Ok(subscription)
}

#[tauri::command]
#[specta::specta]
pub async fn paginate_back(app: State<'_, App>, room_id: String) -> Result<(), ApiError> {
    app.paginate_back(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn send_text(
    app: State<'_, App>,
    room_id: String,
    markdown: String,
    reply_to: Option<String>,
    mentions: Vec<String>,
) -> Result<(), ApiError> {
    app.send_text(room_id, markdown, reply_to, mentions).await
}

#[tauri::command]
#[specta::specta]
pub async fn edit_text(
    app: State<'_, App>,
    room_id: String,
    item_id: String,
    markdown: String,
) -> Result<(), ApiError> {
    app.edit_text(room_id, item_id, markdown).await
}

#[tauri::command]
#[specta::specta]
pub async fn redact(app: State<'_, App>, room_id: String, item_id: String) -> Result<(), ApiError> {
    app.redact(room_id, item_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn toggle_reaction(
    app: State<'_, App>,
    room_id: String,
    item_id: String,
    key: String,
) -> Result<(), ApiError> {
    app.toggle_reaction(room_id, item_id, key).await
}

#[tauri::command]
#[specta::specta]
pub async fn retry_send(app: State<'_, App>, room_id: String, item_id: String) -> Result<(), ApiError> {
    app.retry_send(room_id, item_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn send_file(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    room_id: String,
    path: String,
    caption: Option<String>,
) -> Result<(), ApiError> {
    app.send_file(room_id, grants.readable(path)?, caption).await
}

#[tauri::command]
#[specta::specta]
pub async fn save_attachment(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    room_id: String,
    item_id: String,
    path: String,
) -> Result<(), ApiError> {
    app.save_attachment(room_id, item_id, grants.writable(path)?).await
}

#[tauri::command]
#[specta::specta]
pub async fn typing(app: State<'_, App>, room_id: String, active: bool) -> Result<(), ApiError> {
    app.typing(room_id, active).await
}

#[tauri::command]
#[specta::specta]
pub async fn mark_read(
    app: State<'_, App>,
    notifier: State<'_, Notifier>,
    room_id: String,
) -> Result<(), ApiError> {
    notifier.withdraw(&room_id);
    app.mark_read(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_draft(app: State<'_, App>, room_id: String, text: String) -> Result<(), ApiError> {
    app.set_draft(room_id, text).await
}

#[tauri::command]
#[specta::specta]
pub async fn members(app: State<'_, App>, room_id: String) -> Result<Vec<Member>, ApiError> {
    app.members(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn create_room(
    app: State<'_, App>,
    name: String,
    topic: String,
    invite: Vec<String>,
) -> Result<String, ApiError> {
    app.create_room(name, topic, invite).await
}

#[tauri::command]
#[specta::specta]
pub async fn create_direct(app: State<'_, App>, matrix_id: String) -> Result<String, ApiError> {
    app.create_direct(matrix_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn invite(app: State<'_, App>, room_id: String, people: Vec<String>) -> Result<(), ApiError> {
    app.invite(room_id, people).await
}

#[tauri::command]
#[specta::specta]
pub async fn accept_invite(app: State<'_, App>, room_id: String) -> Result<(), ApiError> {
    app.accept_invite(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn decline_invite(app: State<'_, App>, room_id: String) -> Result<(), ApiError> {
    app.decline_invite(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn leave_room(app: State<'_, App>, room_id: String) -> Result<(), ApiError> {
    app.leave_room(room_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn encryption(app: State<'_, App>, updates: Channel<EncryptionState>) -> Result<u32, ApiError> {
    app.encryption(sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn recover(app: State<'_, App>, recovery_key: String) -> Result<(), ApiError> {
    app.recover(recovery_key).await
}

#[tauri::command]
#[specta::specta]
pub async fn new_recovery_key(app: State<'_, App>) -> Result<String, ApiError> {
    app.new_recovery_key().await
}

#[tauri::command]
#[specta::specta]
pub async fn recovery_key(app: State<'_, App>) -> Result<Option<String>, ApiError> {
    app.recovery_key().await
}

#[tauri::command]
#[specta::specta]
pub async fn confirm_recovery_key(app: State<'_, App>) -> Result<(), ApiError> {
    app.confirm_recovery_key().await
}

/// Makes new keys for an account that has lost its old ones everywhere.
#[tauri::command]
#[specta::specta]
pub async fn reset_identity(app: State<'_, App>, password: String) -> Result<String, ApiError> {
    app.reset_identity(password).await
}

/// Writes the recovery key that is shown to a file, below a line that says what it is.
#[tauri::command]
#[specta::specta]
pub async fn save_recovery_key(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    path: String,
    explanation: String,
) -> Result<(), ApiError> {
    app.save_recovery_key(grants.writable(path)?, explanation).await
}

#[tauri::command]
#[specta::specta]
pub async fn verifications(
    app: State<'_, App>,
    updates: Channel<Vec<Verification>>,
) -> Result<u32, ApiError> {
    app.verifications(sink(updates)).await
}

/// None asks all other devices of this account.
#[tauri::command]
#[specta::specta]
pub async fn verify_device(app: State<'_, App>, device_id: Option<String>) -> Result<(), ApiError> {
    app.verify_device(device_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn verify_person(app: State<'_, App>, matrix_id: String) -> Result<(), ApiError> {
    app.verify_person(matrix_id).await
}

#[tauri::command]
#[specta::specta]
pub async fn accept_verification(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.accept_verification(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn compared(app: State<'_, App>, id: String, same: bool) -> Result<(), ApiError> {
    app.compared(id, same).await
}

#[tauri::command]
#[specta::specta]
pub async fn close_verification(app: State<'_, App>, id: String) -> Result<(), ApiError> {
    app.close_verification(id).await
}

#[tauri::command]
#[specta::specta]
pub async fn devices_of_mine(app: State<'_, App>) -> Result<Vec<OwnDevice>, ApiError> {
    app.devices_of_mine().await
}
