//! Drives, folders, uploads. Errors are the backend's and the disk's.

use std::path::{Path, PathBuf};

use telestack_chat::view::FileCard;
use telestack_model::ListDiff;

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    files::{self, CHATS, Listing, clean_name, contents},
    send_changes,
    view::{Drive, FolderItem, StorageUse, Upload},
};

/// What rooms carry is changed in the rooms.
fn writable(drive: &str) -> Result<(), ApiError> {
    if drive == CHATS { Err(ErrorCode::Forbidden.with("this drive shows what is in chats")) } else { Ok(()) }
}

fn key(item: &FolderItem) -> String {
    match item {
        FolderItem::Folder { path, .. } => format!("/{path}"),
        FolderItem::File(file) => file.id.clone(),
    }
}

impl App {
    /// The drives that this person may read.
    pub async fn drives(&self, updates: Sink<Vec<Drive>>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let listing = signed.drives.watch();
        signed.drives.refresh_soon();
        Ok(self.subscribe(&signed, async move {
            let mut listing = listing;
            let mut sent = None;
            loop {
                // How much is used in all may change in what is no drive: the window asks for it with every list.
                let now = {
                    let listing = listing.borrow_and_update();
                    (listing.drives.clone(), listing.used)
                };
                // Nothing is known yet: the window goes on loading.
                if sent.as_ref() != Some(&now) && !(sent.is_none() && now.0.is_empty()) {
                    if !updates(now.0.clone()) {
                        return;
                    }
                    sent = Some(now);
                }
                if listing.changed().await.is_err() {
                    return;
                }
            }
        }))
    }

    /// What is in a folder.
    pub async fn open_folder(
        &self,
        drive: String,
        path: String,
        updates: Sink<Vec<ListDiff<FolderItem>>>,
    ) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        signed.drives.know(&drive).await?;
        let listing = signed.drives.watch();
        let items = move |listing: &Listing| contents(&listing.shown(&drive), &path);
        Ok(self.subscribe(&signed, send_changes(listing, updates, items, key)))
    }

    /// Bytes in all drives.
    pub async fn storage_use(&self) -> Result<StorageUse, ApiError> {
        Ok(self.signed()?.drives.storage_use())
    }

    /// Queues files and folders for a folder of a drive.
    pub async fn upload(&self, drive: String, folder: String, paths: Vec<String>) -> Result<(), ApiError> {
        let signed = self.signed()?;
        writable(&drive)?;
        signed.uploads.add(&drive, &folder, paths.into_iter().map(PathBuf::from).collect(), None).await
    }

    /// Queues a file that is too large for chat for a drive of everybody's, and links it in the room once it is there.
    /// `forbidden` where no drive may be written to, `too-large` where none takes it.
    pub async fn link_upload(&self, room_id: String, path: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let size = tokio::fs::metadata(&path).await?.len();
        let drive = signed.drives.for_size(size)?;
        signed.uploads.add(&drive, "", vec![PathBuf::from(path)], Some(&room_id)).await
    }

    /// The same for a message whose file was refused on its way: a card takes its place.
    pub async fn link_unsent(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let unsent = signed.chat.unsent(&room_id, &item_id).await?;
        let file = signed.chat.unsent_file(&unsent).await?;
        let size = file.bytes.len() as u64;
        let drive = signed.drives.for_size(size)?;
        signed.uploads.add_unsent(&drive, unsent, &file.name, size)
    }

    /// The queue, and what it finished since the app began.
    pub async fn uploads(&self, updates: Sink<Vec<ListDiff<Upload>>>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let uploads = signed.uploads.watch();
        Ok(self.subscribe(&signed, send_changes(uploads, updates, Clone::clone, |upload| upload.id.clone())))
    }

    /// Pauses.
    pub async fn pause_upload(&self, id: String) -> Result<(), ApiError> {
        self.signed()?.uploads.pause(&id)
    }

    /// Goes on with a paused upload, tries a failed one again.
    pub async fn resume_upload(&self, id: String) -> Result<(), ApiError> {
        self.signed()?.uploads.resume(&id).await
    }

    /// Takes an upload out of the queue; one that is done leaves the list only.
    pub async fn cancel_upload(&self, id: String) -> Result<(), ApiError> {
        self.signed()?.uploads.cancel(&id).await
    }

    /// Writes a file to `path`, whole or not at all.
    pub async fn download_file(&self, drive: String, id: String, path: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        if drive == CHATS {
            return signed.chat_files.save(&id, Path::new(&path)).await;
        }
        files::download(&signed.link, &drive, &id, Path::new(&path)).await
    }

    /// Opens a file with the desktop's own program.
    pub async fn open_file(&self, drive: String, id: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let file = signed.drives.find(&drive, &id).await?;
        let path = files::place_for_copy(&signed.open_copies(), &drive, &id, &file.name).await?;
        if drive == CHATS {
            signed.chat_files.save(&id, &path).await?;
        } else {
            files::download(&signed.link, &drive, &id, &path).await?;
        }
        if (self.inner.options.open_path)(&path) {
            Ok(())
        } else {
            Err(ErrorCode::Invalid.with("no program here opens this file"))
        }
    }

    /// `name` is the whole new name, its folders with it.
    pub async fn rename_file(&self, drive: String, id: String, name: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        writable(&drive)?;
        let name = clean_name(&name).ok_or_else(|| ErrorCode::TooLong.with("no name for a file"))?;
        let renamed = signed.link.call(signed.link.backend.rename_file(&drive, &id, &name)).await?;
        Ok(signed.drives.changed(&drive, renamed)?)
    }

    /// Deletes with a way back: the answer is what [`App::undo_delete`] takes, for eight seconds.
    pub async fn delete_file(&self, drive: String, id: String) -> Result<String, ApiError> {
        writable(&drive)?;
        self.signed()?.deletions.add(&drive, &id)
    }

    /// Takes a deletion back; `not-found` when it is too late.
    pub async fn undo_delete(&self, token: String) -> Result<(), ApiError> {
        self.signed()?.deletions.undo(&token)
    }

    /// Sends a card of the file into a room.
    pub async fn share_file(&self, drive: String, id: String, room_id: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        writable(&drive)?;
        let file = signed.drives.find(&drive, &id).await?;
        let card =
            FileCard { bucket: file.drive, file: file.id, name: file.name, mime: file.mime, size: file.size };
        Ok(signed.chat.send_card(&room_id, card).await?)
    }
}
