//! The queue of uploads: kept in the vault, one at a time, in order, through restarts.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use telestack_backend::StoredFile;
use telestack_chat::{Chat, ChatError, Unsent, view::FileCard};
use tokio::sync::watch;

use super::{
    Drives, clean_name, split,
    transfer::{CHUNK, Origin, Source, Stop, facts, transfer},
};
use crate::{
    ApiError, ErrorCode, LiveList,
    session::Link,
    store::{Vault, VaultError},
    view::{Upload, UploadState},
};

const SPACE: &str = "uploads";
/// Steps in which progress is told.
const TICK: Duration = Duration::from_millis(200);
/// Files that one drop may bring, folders opened.
const MOST: usize = 1_000;

/// An upload as the vault keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    source: Source,
    done: u64,
    paused: bool,
    failed: Option<String>,
    /// The room that gets a card of it once it is up.
    #[serde(default)]
    room: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    kept: Kept,
    running: bool,
    finished: bool,
}

impl Entry {
    fn runnable(&self) -> bool {
        !self.finished && !self.kept.paused && self.kept.failed.is_none()
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
    fn view(&self, online: bool) -> Upload {
        let source = &self.kept.source;
        let state = match &self.kept.failed {
            Some(code) => UploadState::Failed { code: code.clone() },
            None if self.finished => UploadState::Done,
            None if self.kept.paused => UploadState::Paused,
            None if !online => UploadState::Offline,
            None if self.running => UploadState::Running,
            None => UploadState::Waiting,
        };
        Upload {
            id: source.id.clone(),
            drive: source.drive.clone(),
            folder: source.folder.clone(),
            name: source.name.clone(),
            size: source.size as f64,
            done: self.kept.done.min(source.size) as f64,
            state,
            file_id: self.finished.then(|| source.id.clone()),
        }
    }
}

pub(crate) struct Uploads {
    link: Link,
    chat: Chat,
    vault: Arc<Vault>,
    drives: Arc<Drives>,
    entries: Mutex<Vec<Entry>>,
    view: LiveList<Upload>,
    /// Counts changes that the worker must look at.
    changes: watch::Sender<u64>,
}

impl Uploads {
    pub fn open(link: Link, chat: Chat, vault: Arc<Vault>, drives: Arc<Drives>) -> Result<Self, VaultError> {
        let kept = vault.list::<Kept>(SPACE)?;
        let entries =
            kept.into_iter().map(|(_, kept)| Entry { kept, running: false, finished: false }).collect();
        let uploads = Self {
            link,
            chat,
            vault,
            drives,
            entries: Mutex::new(entries),
            view: LiveList::default(),
            changes: watch::Sender::new(0),
        };
        uploads.publish();
        Ok(uploads)
    }

    pub fn watch(&self) -> watch::Receiver<Vec<Upload>> {
        self.view.watch()
    }

    /// Writes files down as to be uploaded; folders bring what is in them.
    /// With `room`, that room gets a card of each when it is up.
    pub async fn add(
        &self,
        drive: &str,
        folder: &str,
        paths: Vec<PathBuf>,
        room: Option<&str>,
    ) -> Result<(), ApiError> {
        let limit = self.drives.drive(drive).map(|drive| drive.max_file_size);
        let folder = clean_name(folder).unwrap_or_default();
        for (path, folder) in walk(paths, folder).await? {
            let (size, modified) = facts(&path).await?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = name.replace('/', "");
            let whole = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let failed = match clean_name(&whole) {
                None => Some(ErrorCode::TooLong),
                #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
                Some(_) if limit.is_some_and(|limit| size as f64 > limit) => Some(ErrorCode::TooLarge),
                Some(_) => None,
            };
            let source = Source {
                id: new_id()?,
                drive: drive.to_owned(),
                name: clean_name(&name).unwrap_or(name),
                folder: folder.clone(),
                origin: Origin::File { path, modified },
                size,
                begun: false,
            };
            let failed = failed.map(|code| code.as_str().to_owned());
            let kept = Kept { source, done: 0, paused: false, failed, room: room.map(str::to_owned) };
            self.vault.put(SPACE, &kept.source.id, &kept)?;
            self.lock().push(Entry { kept, running: false, finished: false });
        }
        self.changed();
        Ok(())
    }

    /// Writes the file of a message that cannot be sent down as to be uploaded; its room gets a card in the message's
    /// place. Once for each message.
    pub fn add_unsent(&self, drive: &str, unsent: Unsent, name: &str, size: u64) -> Result<(), ApiError> {
        let room = unsent.room.clone();
        let origin = Origin::Unsent { unsent };
        let mut entries = self.lock();
        if entries.iter().any(|entry| entry.kept.source.origin == origin && !entry.finished) {
            return Ok(());
        }
        let source = Source {
            id: new_id()?,
            drive: drive.to_owned(),
            name: clean_name(&name.replace('/', "")).unwrap_or_else(|| "file".to_owned()),
            folder: String::new(),
            origin,
            size,
            begun: false,
        };
        let kept = Kept { source, done: 0, paused: false, failed: None, room: Some(room) };
        self.vault.put(SPACE, &kept.source.id, &kept)?;
        entries.push(Entry { kept, running: false, finished: false });
        drop(entries);
        self.changed();
        Ok(())
    }

    pub fn pause(&self, id: &str) -> Result<(), ApiError> {
        self.edit(id, |kept| kept.paused = true)
    }

    /// Goes on with a paused one, tries a failed one again.
    pub async fn resume(&self, id: &str) -> Result<(), ApiError> {
        let known = self.lock().iter().find(|entry| entry.kept.source.id == id).map(|e| e.kept.clone());
        let Kept { source, room, .. } =
            known.ok_or_else(|| ErrorCode::NotFound.with("there is no such upload"))?;
        if let Some((size, origin)) = another_content(&source).await {
            self.vault.delete(SPACE, id)?;
            // A new id for another content: what was sent of the old one is of no use.
            let fresh = Source { id: new_id()?, size, origin, begun: false, ..source };
            let kept = Kept { source: fresh, done: 0, paused: false, failed: None, room };
            self.vault.put(SPACE, &kept.source.id, &kept)?;
            let mut entries = self.lock();
            if let Some(entry) = entries.iter_mut().find(|entry| entry.kept.source.id == id) {
                *entry = Entry { kept, running: false, finished: false };
            }
            drop(entries);
            self.changed();
            return Ok(());
        }
        self.edit(id, |kept| {
            kept.paused = false;
            kept.failed = None;
        })
    }

    /// Forgets an upload; what is on the server of an unfinished one goes too.
    pub async fn cancel(&self, id: &str) -> Result<(), ApiError> {
        self.vault.delete(SPACE, id)?;
        let gone = {
            let mut entries = self.lock();
            let at = entries.iter().position(|entry| entry.kept.source.id == id);
            at.map(|at| entries.remove(at))
        };
        self.changed();
        if let Some(gone) = gone.filter(|gone| gone.kept.source.begun && !gone.finished) {
            // An unfinished upload is nobody's file: it may stay if the server is away.
            let source = gone.kept.source;
            let deleting = self.link.backend.delete_file(&source.drive, &source.id);
            let _ = tokio::time::timeout(Duration::from_secs(5), self.link.call(deleting)).await;
        }
        Ok(())
    }

    fn edit(&self, id: &str, change: impl FnOnce(&mut Kept)) -> Result<(), ApiError> {
        let mut entries = self.lock();
        let entry = entries.iter_mut().find(|entry| entry.kept.source.id == id && !entry.finished);
        let entry = entry.ok_or_else(|| ErrorCode::NotFound.with("there is no such upload"))?;
        change(&mut entry.kept);
        self.vault.put(SPACE, id, &entry.kept)?;
        drop(entries);
        self.changed();
        Ok(())
    }

    /// Works through the queue for ever.
    pub async fn run(&self) {
        tokio::join!(self.work(), self.tell_reach());
    }

    async fn tell_reach(&self) {
        let mut reach = self.link.reach();
        while reach.changed().await.is_ok() {
            self.publish();
        }
    }

    async fn work(&self) {
        let mut changes = self.changes.subscribe();
        loop {
            changes.borrow_and_update();
            let next = self.lock().iter().find(|entry| entry.runnable()).map(|entry| entry.kept.clone());
            let Some(kept) = next else {
                let _ = changes.changed().await;
                continue;
            };
            if !self.link.is_online() {
                tokio::select! {
                    () = self.link.online() => {}
                    _ = changes.changed() => {}
                }
                continue;
            }
            let id = kept.source.id.clone();
            if let Some(outcome) = self.one(kept, &mut changes).await {
                self.conclude(&id, outcome).await;
            }
        }
    }

    /// Tries one upload; none when it was paused or cancelled meanwhile.
    async fn one(&self, kept: Kept, changes: &mut watch::Receiver<u64>) -> Option<Result<StoredFile, Stop>> {
        let id = kept.source.id.clone();
        if !kept.source.begun {
            // Written before the first byte leaves: a try that is cut off is found again.
            self.mark(&id, |entry| entry.kept.source.begun = true, true);
        }
        self.mark(&id, |entry| entry.running = true, false);
        let done = Arc::new(AtomicU64::new(kept.done));
        let mut sending = std::pin::pin!(transfer(&self.link, &self.chat, &kept.source, &done));
        let mut chunks = kept.done / CHUNK;
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                outcome = &mut sending => return Some(outcome),
                _ = tick.tick() => {
                    let so_far = done.load(Ordering::Relaxed);
                    // Written down with every chunk, so that the next start begins to count where this one was.
                    let whole = so_far.saturating_sub(1) / CHUNK;
                    self.mark(&id, |entry| entry.kept.done = so_far, whole > chunks);
                    chunks = whole;
                }
                _ = changes.changed() => {
                    let wanted = self.lock().iter().any(|entry| entry.kept.source.id == id && entry.runnable());
                    if !wanted {
                        self.mark(&id, |entry| entry.running = false, true);
                        return None;
                    }
                }
            }
        }
    }

    async fn conclude(&self, id: &str, outcome: Result<StoredFile, Stop>) {
        match outcome {
            Ok(file) => {
                let drive = file.bucket_id.clone();
                // Before it is forgotten: a death in between sends the card twice, the other way round never.
                self.link_in_room(id, &file).await;
                if let Err(error) = self.vault.delete(SPACE, id) {
                    tracing::warn!(%error, "a finished upload stays written down");
                }
                self.mark(
                    id,
                    |entry| {
                        entry.running = false;
                        entry.finished = true;
                        entry.kept.done = entry.kept.source.size;
                    },
                    false,
                );
                if let Err(error) = self.drives.changed(&drive, file) {
                    tracing::warn!(%error, "an uploaded file waits for the next listing");
                }
                self.drives.refresh_soon();
            }
            Err(Stop::Later(pause)) => {
                self.mark(id, |entry| entry.running = false, true);
                self.link.look();
                tokio::time::sleep(pause).await;
            }
            Err(Stop::Failed(code)) => {
                tracing::info!(code, "an upload failed");
                self.mark(
                    id,
                    |entry| {
                        entry.running = false;
                        entry.kept.failed = Some(code);
                    },
                    true,
                );
            }
        }
    }

    async fn link_in_room(&self, id: &str, file: &StoredFile) {
        let kept = self.lock().iter().find(|entry| entry.kept.source.id == id).map(|e| e.kept.clone());
        let Some(Kept { room: Some(room), source: Source { origin, .. }, .. }) = kept else { return };
        let (_, name) = split(&file.name);
        #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
        let card = FileCard {
            bucket: file.bucket_id.clone(),
            file: file.id.clone(),
            name: name.to_owned(),
            mime: file.mime_type.clone(),
            size: file.size_original as f64,
        };
        if let Err(error) = self.chat.send_card(&room, card).await {
            tracing::warn!(%error, "a file is up, but its room was not told");
            return;
        }
        if let Origin::Unsent { unsent } = origin
            && let Err(error) = self.replace(&unsent).await
        {
            tracing::warn!(%error, "a message stays that a card has replaced");
        }
    }

    /// A card has taken the place of a message: what was written with its file goes as words, and the message goes.
    async fn replace(&self, unsent: &Unsent) -> Result<(), ChatError> {
        if let Some(caption) = self.chat.unsent_caption(unsent).await? {
            self.chat.send_text(&unsent.room, &caption, None, &[]).await?;
        }
        self.chat.discard_unsent(unsent).await
    }

    fn mark(&self, id: &str, change: impl FnOnce(&mut Entry), keep: bool) {
        let mut entries = self.lock();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.kept.source.id == id) {
            change(entry);
            if keep && let Err(error) = self.vault.put(SPACE, id, &entry.kept) {
                tracing::warn!(%error, "the state of an upload is not written down");
            }
        }
        drop(entries);
        self.publish();
    }

    fn changed(&self) {
        self.publish();
        self.changes.send_modify(|count| *count += 1);
    }

    fn publish(&self) {
        let online = self.link.is_online();
        let view = self.lock().iter().map(|entry| entry.view(online)).collect();
        self.view.replace(view);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Size and origin of what lies there now, where it is not what was queued.
async fn another_content(source: &Source) -> Option<(u64, Origin)> {
    let Origin::File { path, modified } = &source.origin else { return None };
    let (size, now) = facts(path).await.ok()?;
    let another = (size, now) != (source.size, *modified);
    another.then(|| (size, Origin::File { path: path.clone(), modified: now }))
}

/// 20 random hexadecimal digits: a legal Appwrite id.
pub(crate) fn new_id() -> Result<String, ApiError> {
    let mut bytes = [0u8; 10];
    getrandom::fill(&mut bytes).map_err(|error| ErrorCode::Internal.with(error))?;
    Ok(hex::encode(bytes))
}

/// The files among `paths` and below its folders, each with the folder that it goes to. Links are not followed.
async fn walk(paths: Vec<PathBuf>, folder: String) -> Result<Vec<(PathBuf, String)>, ApiError> {
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, String)> =
        paths.into_iter().rev().map(|path| (path, folder.clone())).collect();
    while let Some((path, folder)) = open.pop() {
        let facts = tokio::fs::symlink_metadata(&path).await?;
        if facts.is_dir() {
            let inner = below(&folder, &path);
            let mut entries = tokio::fs::read_dir(&path).await?;
            while let Some(entry) = entries.next_entry().await? {
                open.push((entry.path(), inner.clone()));
            }
        } else if facts.is_file() || tokio::fs::metadata(&path).await.is_ok_and(|facts| facts.is_file()) {
            found.push((path, folder));
        }
        if found.len() > MOST {
            return Err(ErrorCode::Invalid.with(format!("more than {MOST} files at once")));
        }
    }
    Ok(found)
}

fn below(folder: &str, path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = clean_name(&name).unwrap_or_else(|| "_".to_owned());
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn folders_bring_what_is_in_them() {
        let root = tempfile::tempdir().expect("folder");
        std::fs::create_dir_all(root.path().join("Photos/2026")).expect("folder");
        std::fs::write(root.path().join("Photos/2026/a.png"), b"a").expect("file");
        std::fs::write(root.path().join("b.txt"), b"b").expect("file");
        let paths = vec![root.path().join("b.txt"), root.path().join("Photos")];
        let mut found = walk(paths, "Clinic".into()).await.expect("readable");
        found.sort();
        let folders: Vec<&str> = found.iter().map(|(_, folder)| folder.as_str()).collect();
        assert_eq!(folders, ["Clinic/Photos/2026", "Clinic"]);
    }

    #[test]
    fn ids_are_legal_and_differ() {
        let (a, b) = (new_id().expect("id"), new_id().expect("id"));
        assert_ne!(a, b);
        assert!(a.len() == 20 && a.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
