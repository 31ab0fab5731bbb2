//! The directory, one's own profile and the palette.

use tauri::{State, ipc::Channel};
use telestack_app::{
    ApiError, App, ListDiff,
    view::{PaletteEntry, PersonView},
};

use super::sink;
use crate::grants::Grants;

#[tauri::command]
#[specta::specta]
pub async fn people(
    app: State<'_, App>,
    query: String,
    updates: Channel<Vec<ListDiff<PersonView>>>,
) -> Result<u32, ApiError> {
    app.people(query, sink(updates)).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_profile(
    app: State<'_, App>,
    grants: State<'_, Grants>,
    name: String,
    avatar_path: Option<String>,
) -> Result<(), ApiError> {
    app.set_profile(name, avatar_path.map(|path| grants.readable(path)).transpose()?).await
}

#[tauri::command]
#[specta::specta]
pub async fn palette(app: State<'_, App>, query: String) -> Result<Vec<PaletteEntry>, ApiError> {
    app.palette(query).await
}
