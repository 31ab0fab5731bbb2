//! Drives, folders, uploads.

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    view::{Drive, FolderItem, StorageUse, Upload},
};
use telestack_model::ListDiff;

impl App {
    pub async fn drives(&self, updates: Sink<Vec<Drive>>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn open_folder(
        &self,
        drive: String,
        path: String,
        updates: Sink<Vec<ListDiff<FolderItem>>>,
    ) -> Result<u32, ApiError> {
        let _ = (drive, path, updates);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn storage_use(&self) -> Result<StorageUse, ApiError> {
        let _ = ();
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn upload(&self, drive: String, folder: String, paths: Vec<String>) -> Result<(), ApiError> {
        let _ = (drive, folder, paths);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn uploads(&self, updates: Sink<Vec<ListDiff<Upload>>>) -> Result<u32, ApiError> {
        let _ = (updates,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn pause_upload(&self, id: String) -> Result<(), ApiError> {
        let _ = (id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn resume_upload(&self, id: String) -> Result<(), ApiError> {
        let _ = (id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn cancel_upload(&self, id: String) -> Result<(), ApiError> {
        let _ = (id,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn download_file(&self, drive: String, id: String, path: String) -> Result<(), ApiError> {
        let _ = (drive, id, path);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn open_file(&self, drive: String, id: String) -> Result<(), ApiError> {
        let _ = (drive, id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn rename_file(&self, drive: String, id: String, name: String) -> Result<(), ApiError> {
        let _ = (drive, id, name);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn delete_file(&self, drive: String, id: String) -> Result<String, ApiError> {
        let _ = (drive, id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn undo_delete(&self, token: String) -> Result<(), ApiError> {
        let _ = (token,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn share_file(&self, drive: String, id: String, room_id: String) -> Result<(), ApiError> {
        let _ = (drive, id, room_id);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
