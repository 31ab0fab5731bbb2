//! Drives and what is in them, as the server last told it: kept in the vault, so that they are there with no network.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use telestack_backend::{Action, Event, StoredFile};
use telestack_model::{BucketReport, StorageReport};
use tokio::sync::{Mutex, Notify, watch};

use super::{CHATS, clean_name, split};
use crate::{
    ApiError, ErrorCode,
    session::{Gateway, Link},
    store::{Vault, VaultError},
    view::{Drive, FileEntry, StorageUse},
};

const SPACE: &str = "drives";
const USE: &str = "storage-use";
/// Files of one drive that are shown.
const MOST: usize = 50_000;

/// Everything that the Files area shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub drives: Vec<Drive>,
    pub files: HashMap<String, Vec<FileEntry>>,
    /// Deleted here, not yet on the server: drive and id.
    pub hidden: HashSet<(String, String)>,
    /// Bytes in all buckets, and how many there may be.
    pub used: Option<(u64, Option<u64>)>,
}

impl Listing {
    /// The files of a drive without those that are being deleted.
    pub fn shown(&self, drive: &str) -> Vec<FileEntry> {
        let files = self.files.get(drive).map(Vec::as_slice).unwrap_or_default();
        let visible = |file: &&FileEntry| !self.hidden.contains(&(file.drive.clone(), file.id.clone()));
        files.iter().filter(visible).cloned().collect()
    }
}

/// Who looks: their own files may be changed, an administrator's hand reaches all.
#[derive(Debug, Clone)]
pub(crate) struct Looker {
    pub user_id: String,
    pub administrator: bool,
}

pub(crate) struct Drives {
    link: Link,
    gateway: Gateway,
    vault: Arc<Vault>,
    looker: std::sync::Mutex<Looker>,
    listing: watch::Sender<Listing>,
    /// One refresh at a time.
    refreshing: Mutex<()>,
    stale: Notify,
}

impl Drives {
    pub fn open(link: Link, gateway: Gateway, vault: Arc<Vault>, looker: Looker) -> Result<Self, VaultError> {
        let mut listing = Listing::default();
        for (drive, files) in vault.list::<(Drive, Vec<FileEntry>)>(SPACE)?.into_iter().map(|(_, kept)| kept)
        {
            listing.files.insert(drive.id.clone(), files);
            listing.drives.push(drive);
        }
        listing.used = vault.get(USE, USE)?;
        Ok(Self {
            link,
            gateway,
            vault,
            looker: std::sync::Mutex::new(looker),
            listing: watch::Sender::new(listing),
            refreshing: Mutex::new(()),
            stale: Notify::new(),
        })
    }

    pub fn watch(&self) -> watch::Receiver<Listing> {
        self.listing.subscribe()
    }

    /// Looks again soon.
    pub fn refresh_soon(&self) {
        self.stale.notify_one();
    }

    /// Keeps the listing new while the backend answers.
    pub async fn run(&self) {
        self.link.keep_new(&self.stale, || self.refresh()).await;
    }

    /// Does to the listing what was done to files. Written once for all of them: a drive is kept as a whole.
    pub async fn told(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        // After a listing that was asked for before this happened.
        let _one = self.refreshing.lock().await;
        let looker = self.looker();
        let mut changes: HashMap<String, Vec<Change>> = HashMap::new();
        for event in events {
            if let Some((drive, change)) = change(event, &looker) {
                changes.entry(drive).or_default().push(change);
            }
        }
        for (drive, changes) in changes {
            let made = self.edit(&drive, |files| changes.into_iter().for_each(|change| change.make(files)));
            if let Err(error) = made {
                tracing::warn!(%error, "what others did to files is not kept");
            }
        }
    }

    /// Administrators may change what others made.
    pub fn look_as(&self, administrator: bool) {
        let mut looker = self.looker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if looker.administrator != administrator {
            looker.administrator = administrator;
            drop(looker);
            self.refresh_soon();
        }
    }

    fn looker(&self) -> Looker {
        self.looker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Makes sure that a drive's files are known, from here or from the server.
    pub async fn know(&self, drive: &str) -> Result<(), ApiError> {
        if self.listing.borrow().files.contains_key(drive) {
            self.refresh_soon();
            return Ok(());
        }
        self.refresh().await?;
        let known = self.listing.borrow().files.contains_key(drive);
        if known { Ok(()) } else { Err(ErrorCode::NotFound.with("there is no such drive")) }
    }

    /// Asks the server for everything.
    pub async fn refresh(&self) -> Result<(), ApiError> {
        let _one = self.refreshing.lock().await;
        let jwt = self.link.call(self.link.backend.create_jwt()).await?;
        let report: StorageReport = self.gateway.storage(&jwt).await?;
        let gone: Vec<String> = {
            let listing = self.listing.borrow();
            let known = listing.drives.iter().map(|drive| &drive.id).filter(|id| *id != super::CHATS);
            known.filter(|id| !report.buckets.iter().any(|bucket| bucket.id == **id)).cloned().collect()
        };
        for id in gone {
            self.drop_drive(&id)?;
        }
        for bucket in &report.buckets {
            let files = self.link.call(self.link.backend.all_files(&bucket.id, MOST)).await?;
            self.put(drive(bucket), self.entries(&bucket.id, files), 0.0)?;
        }
        let used = Some((report.used, report.quota));
        if self.listing.borrow().used != used {
            self.vault.put(USE, USE, &used)?;
            self.listing.send_modify(|listing| listing.used = used);
        }
        Ok(())
    }

    fn entries(&self, drive: &str, files: Vec<StoredFile>) -> Vec<FileEntry> {
        let looker = self.looker();
        files.into_iter().map(|file| entry(drive, file, &looker)).collect()
    }

    /// Shows a drive that is no bucket; whoever shows it keeps it.
    pub fn show(&self, drive: Drive, files: Vec<FileEntry>) {
        self.listing.send_if_modified(|listing| {
            if listing.drives.contains(&drive) && listing.files.get(&drive.id) == Some(&files) {
                return false;
            }
            listing.files.insert(drive.id.clone(), files);
            match listing.drives.iter_mut().find(|known| known.id == drive.id) {
                Some(known) => *known = drive,
                None => listing.drives.push(drive),
            }
            true
        });
    }

    /// `more` bytes are used in all than the server has said, which says so only now and then.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sums of whole sizes far below 2^53"
    )]
    fn put(&self, drive: Drive, files: Vec<FileEntry>, more: f64) -> Result<(), VaultError> {
        let id = drive.id.clone();
        let listing = self.listing.borrow();
        let same = listing.drives.contains(&drive) && listing.files.get(&id) == Some(&files);
        drop(listing);
        if same {
            return Ok(());
        }
        self.vault.put(SPACE, &id, &(&drive, &files))?;
        self.listing.send_modify(|listing| {
            match listing.drives.iter_mut().find(|known| known.id == drive.id) {
                Some(known) => *known = drive,
                // What rooms carry comes last.
                None => listing.drives.insert(0, drive),
            }
            listing.files.insert(id, files);
            if let Some((used, _)) = &mut listing.used {
                *used = (*used as f64 + more).max(0.0) as u64;
            }
        });
        Ok(())
    }

    fn drop_drive(&self, id: &str) -> Result<(), VaultError> {
        self.vault.delete(SPACE, id)?;
        self.listing.send_if_modified(|listing| {
            listing.drives.retain(|drive| drive.id != id);
            listing.files.remove(id).is_some()
        });
        Ok(())
    }

    /// A file as it is known here.
    pub fn file(&self, drive: &str, id: &str) -> Option<FileEntry> {
        self.listing.borrow().files.get(drive)?.iter().find(|file| file.id == id).cloned()
    }

    /// A file from here or from the server.
    pub async fn find(&self, drive: &str, id: &str) -> Result<FileEntry, ApiError> {
        if let Some(file) = self.file(drive, id) {
            return Ok(file);
        }
        let file = self.link.call(self.link.backend.file(drive, id)).await?;
        Ok(entry(drive, file, &self.looker()))
    }

    /// Puts a file into the listing before the server is asked again.
    pub fn changed(&self, drive: &str, file: StoredFile) -> Result<(), VaultError> {
        let change = Change::Put(Box::new(entry(drive, file, &self.looker())));
        self.edit(drive, |files| change.make(files))
    }

    /// Takes a file out of the listing before the server is asked again.
    pub fn removed(&self, drive: &str, id: &str) -> Result<(), VaultError> {
        self.edit(drive, |files| Change::Removed(id.to_owned()).make(files))
    }

    fn edit(&self, drive: &str, change: impl FnOnce(&mut Vec<FileEntry>)) -> Result<(), VaultError> {
        let listing = self.listing.borrow();
        let known = listing.drives.iter().find(|known| known.id == drive).cloned();
        let files = listing.files.get(drive).cloned();
        drop(listing);
        let (Some(mut known), Some(mut files)) = (known, files) else { return Ok(()) };
        let before = size(&files);
        change(&mut files);
        known.used = size(&files);
        let more = known.used - before;
        self.put(known, files, more)
    }

    /// Hides files that are being deleted.
    pub fn hide(&self, hidden: HashSet<(String, String)>) {
        self.listing.send_if_modified(|listing| {
            let changed = listing.hidden != hidden;
            listing.hidden = hidden;
            changed
        });
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
    pub fn storage_use(&self) -> StorageUse {
        let listing = self.listing.borrow();
        match listing.used {
            Some((used, quota)) => StorageUse { used: used as f64, quota: quota.map(|quota| quota as f64) },
            None => StorageUse { used: listing.drives.iter().map(|drive| drive.used).sum(), quota: None },
        }
    }

    /// The first drive that may be written to and takes a file of this size.
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
    pub fn for_size(&self, size: u64) -> Result<String, ApiError> {
        let listing = self.listing.borrow();
        let mut writable =
            listing.drives.iter().filter(|drive| !drive.read_only && drive.id != CHATS).peekable();
        if writable.peek().is_none() {
            return Err(ErrorCode::Forbidden.with("no drive may be written to"));
        }
        let fitting = writable.find(|drive| size as f64 <= drive.max_file_size);
        fitting.map(|drive| drive.id.clone()).ok_or_else(|| ErrorCode::TooLarge.with("no drive takes it"))
    }

    pub fn drive(&self, id: &str) -> Option<Drive> {
        self.listing.borrow().drives.iter().find(|drive| drive.id == id).cloned()
    }
}

fn size(files: &[FileEntry]) -> f64 {
    files.iter().map(|file| file.size).sum()
}

/// What was done to one file.
enum Change {
    Put(Box<FileEntry>),
    Removed(String),
}

impl Change {
    fn make(self, files: &mut Vec<FileEntry>) {
        match self {
            Self::Put(file) => match files.iter_mut().find(|known| known.id == file.id) {
                Some(known) => *known = *file,
                None => files.push(*file),
            },
            Self::Removed(id) => files.retain(|file| file.id != id),
        }
    }
}

/// The change that an event tells of, and its drive. None for what changes no listing.
fn change(event: Event, looker: &Looker) -> Option<(String, Change)> {
    let action = event.action();
    let file: StoredFile = serde_json::from_value(event.payload).ok()?;
    let drive = file.bucket_id.clone();
    match action {
        Action::Put if file.is_complete() => {
            let file = entry(&drive, file, looker);
            Some((drive, Change::Put(Box::new(file))))
        }
        Action::Deleted => Some((drive, Change::Removed(file.id))),
        Action::Put | Action::Other => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn drive(bucket: &BucketReport) -> Drive {
    Drive {
        id: bucket.id.clone(),
        name: bucket.name.clone(),
        max_file_size: bucket.max_file_size as f64,
        used: bucket.used as f64,
        read_only: !bucket.writable,
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn entry(drive: &str, file: StoredFile, looker: &Looker) -> FileEntry {
    // Names come from other people's computers.
    let whole = clean_name(&file.name).unwrap_or_else(|| file.id.clone());
    let (folder, name) = split(&whole);
    let changed =
        chrono::DateTime::parse_from_rfc3339(&file.updated).map_or(0, |time| time.timestamp_millis());
    let has_preview =
        matches!(file.mime_type.as_str(), "image/png" | "image/jpeg" | "image/webp" | "image/gif");
    FileEntry {
        drive: drive.to_owned(),
        folder: folder.to_owned(),
        name: name.to_owned(),
        size: file.size_original as f64,
        changed: changed as f64,
        writable: looker.administrator
            || file.permissions.contains(&format!("update(\"user:{}\")", looker.user_id)),
        has_preview,
        mime: file.mime_type,
        id: file.id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(id: &str, name: &str) -> StoredFile {
        StoredFile {
            id: id.into(),
            bucket_id: "files".into(),
            updated: "2026-11-25T04:00:00.000+00:00".into(),
            name: name.into(),
            mime_type: "image/png".into(),
            size_original: 7,
            chunks_total: 1,
            chunks_uploaded: 1,
            permissions: vec!["update(\"user:ada\")".into()],
        }
    }

    fn seen(file: StoredFile) -> FileEntry {
        entry("files", file, &Looker { user_id: "ada".into(), administrator: false })
    }

    #[test]
    fn own_files_and_for_administrators_all_can_be_changed() {
        assert!(seen(stored("a", "a")).writable);
        let ben = Looker { user_id: "ben".into(), administrator: false };
        assert!(!entry("files", stored("a", "a"), &ben).writable);
        assert!(entry("files", stored("a", "a"), &Looker { administrator: true, ..ben }).writable);
    }

    #[test]
    fn a_name_becomes_a_folder_and_a_harmless_name() {
        let file = seen(stored("a", "Clinic/../x\u{202e}gnp.exe"));
        assert_eq!((file.folder.as_str(), file.name.as_str()), ("Clinic", "xgnp.exe"));
        assert!(file.has_preview && file.changed > 1.7e12);
        assert_eq!(seen(stored("a", "..")).name, "a");
    }

    #[test]
    fn what_was_done_to_files_is_done_to_the_listing() {
        let told = |action: &str, chunks: u64| Event {
            names: vec![format!("buckets.files.files.a.{action}")],
            channels: vec!["files".into()],
            payload: serde_json::json!({
                "$id": "a", "bucketId": "files", "$updatedAt": "2026-11-25T04:00:00.000+00:00", "name": "x/b.txt",
                "mimeType": "text/plain", "sizeOriginal": 7, "chunksTotal": 2, "chunksUploaded": chunks,
            }),
        };
        let ada = Looker { user_id: "ada".into(), administrator: false };
        let mut files = vec![seen(stored("a", "a"))];
        for (event, names) in [
            (told("create", 1), vec!["a"]),
            (told("view", 2), vec!["a"]),
            (told("update", 2), vec!["b.txt"]),
            (told("delete", 2), vec![]),
            (told("create", 2), vec!["b.txt"]),
        ] {
            if let Some((drive, change)) = change(event, &ada) {
                assert_eq!(drive, "files");
                change.make(&mut files);
            }
            assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), names);
        }
        let nonsense = Event { payload: serde_json::json!({ "$id": 3 }), ..told("delete", 2) };
        assert!(change(nonsense, &ada).is_none());
    }

    #[test]
    fn what_is_being_deleted_is_not_shown() {
        let files = vec![seen(stored("a", "a")), seen(stored("b", "b"))];
        let listing = Listing {
            files: HashMap::from([("files".to_owned(), files)]),
            hidden: HashSet::from([("files".to_owned(), "a".to_owned())]),
            ..Listing::default()
        };
        let ids: Vec<String> = listing.shown("files").into_iter().map(|file| file.id).collect();
        assert_eq!(ids, ["b"]);
    }
}
