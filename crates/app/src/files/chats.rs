//! What rooms carry, shown as a drive: a file that is dropped into a chat is in Files too, and never leaves the
//! room's encryption for it.
//!
//! What is known is what this device has seen of the rooms; it is kept in the vault.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use telestack_chat::{
    Chat, Media,
    view::{Body, Membership, Message, Preview, RoomSummary, SendState, TimelineItem, TimelineUpdate},
};
use telestack_model::ListDiff;
use tokio::time::timeout;

use super::{CHATS, Drives, clean_name};
use crate::{
    ApiError, ErrorCode,
    store::{Vault, VaultError},
    view::{Drive, FileEntry},
};

const SPACE: &str = "chat-files";
/// Pages of older messages that are looked through for one file.
const PAGES: usize = 20;
const PATIENCE: Duration = Duration::from_secs(20);
/// A room's first messages come from the store at once.
const LOOK: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Carried {
    room: String,
    name: String,
    mime: String,
    size: f64,
    time: f64,
    picture: bool,
}

pub(crate) struct ChatFiles {
    chat: Chat,
    vault: Arc<Vault>,
    drives: Arc<Drives>,
    /// By event id.
    known: Mutex<HashMap<String, Carried>>,
}

impl ChatFiles {
    pub fn open(chat: Chat, vault: Arc<Vault>, drives: Arc<Drives>) -> Result<Self, VaultError> {
        let known = Mutex::new(vault.list(SPACE)?.into_iter().collect());
        let files = Self { chat, vault, drives, known };
        files.publish();
        Ok(files)
    }

    /// Follows the rooms: one whose newest message is a file is looked into.
    pub async fn run(&self) {
        let mut rooms = self.chat.watch_rooms();
        let mut seen: HashMap<String, f64> = HashMap::new();
        loop {
            let files: Vec<(String, f64)> =
                rooms.borrow_and_update().iter().filter_map(newest_file).collect();
            for (room, time) in files {
                if seen.get(&room).is_none_or(|known| *known < time) {
                    self.look_into(&room).await;
                    seen.insert(room, time);
                }
            }
            // A room's new name is its folder's.
            self.publish();
            if rooms.changed().await.is_err() {
                return;
            }
        }
    }

    async fn look_into(&self, room: &str) {
        let Ok(mut timeline) = self.chat.open_timeline(room).await else { return };
        let looking = async {
            while let Some(update) = timeline.next().await {
                if self.learn(room, &update) {
                    return;
                }
            }
        };
        let _ = timeout(LOOK, looking).await;
    }

    /// Takes note of what a timeline shows; whether there were messages.
    pub fn learn(&self, room: &str, update: &TimelineUpdate) -> bool {
        let TimelineUpdate::Items { diffs } = update else { return false };
        let mut changed = false;
        let mut any = false;
        for message in diffs.iter().flat_map(messages) {
            any = true;
            let Some(event) = &message.event_id else { continue };
            let carried = carried(room, message);
            let mut known = self.lock();
            let written = match carried {
                Some(carried) if known.get(event) != Some(&carried) => {
                    let written = self.vault.put(SPACE, event, &carried);
                    known.insert(event.clone(), carried);
                    changed = true;
                    written
                }
                None if matches!(message.body, Body::Redacted) && known.remove(event).is_some() => {
                    changed = true;
                    self.vault.delete(SPACE, event)
                }
                _ => Ok(()),
            };
            if let Err(error) = written {
                tracing::warn!(%error, "what a room carries is not kept");
            }
        }
        if changed {
            self.publish();
        }
        any
    }

    fn publish(&self) {
        let rooms: HashMap<String, String> = self
            .chat
            .rooms()
            .into_iter()
            .filter(|room| room.membership == Membership::Joined)
            .map(|room| (room.id, clean_name(&room.name.replace('/', "∕")).unwrap_or_default()))
            .collect();
        let mut files: Vec<FileEntry> = self
            .lock()
            .iter()
            .filter_map(|(event, carried)| {
                Some(FileEntry {
                    id: event.clone(),
                    drive: CHATS.to_owned(),
                    folder: rooms.get(&carried.room)?.clone(),
                    name: clean_name(&carried.name.replace('/', "_")).unwrap_or_else(|| event.clone()),
                    mime: carried.mime.clone(),
                    size: carried.size,
                    changed: carried.time,
                    writable: false,
                    has_preview: carried.picture,
                })
            })
            .collect();
        files.sort_by(|a, b| b.changed.total_cmp(&a.changed).then_with(|| a.id.cmp(&b.id)));
        let drive = Drive {
            id: CHATS.to_owned(),
            name: "Chats".to_owned(),
            max_file_size: 0.0,
            used: files.iter().map(|file| file.size).sum(),
            read_only: true,
        };
        self.drives.show(drive, files);
    }

    /// Writes a file to `path`.
    pub async fn save(&self, event: &str, path: &Path) -> Result<(), ApiError> {
        let (room, item) = self.locate(event).await?;
        Ok(self.chat.save_attachment(&room, &item, path).await?)
    }

    pub async fn content(&self, event: &str) -> Result<Media, ApiError> {
        let (room, item) = self.locate(event).await?;
        Ok(self.chat.attachment(&room, &item).await?)
    }

    pub async fn thumbnail(&self, event: &str, width: u32) -> Result<Media, ApiError> {
        let (room, item) = self.locate(event).await?;
        Ok(self.chat.thumbnail(&room, &item, width).await?)
    }

    /// The room and the item of its timeline that carry the file.
    async fn locate(&self, event: &str) -> Result<(String, String), ApiError> {
        let missing = || ErrorCode::NotFound.with("no room carries this file any more");
        let room = self.lock().get(event).map(|carried| carried.room.clone()).ok_or_else(missing)?;
        let mut timeline = self.chat.open_timeline(&room).await?;
        let looking = async {
            for _ in 0..PAGES {
                loop {
                    let next = timeout(Duration::from_secs(1), timeline.next()).await;
                    let Ok(update) = next else { break };
                    let Some(TimelineUpdate::Items { diffs }) = update else {
                        if update.is_none() {
                            return Err(missing());
                        }
                        continue;
                    };
                    let found =
                        diffs.iter().flat_map(messages).find(|m| m.event_id.as_deref() == Some(event));
                    if let Some(found) = found {
                        return Ok((room.clone(), found.id.clone()));
                    }
                }
                self.chat.paginate_back(&room).await?;
            }
            Err(missing())
        };
        timeout(PATIENCE, looking).await.map_err(|_| missing())?
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Carried>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages that a change brings.
fn messages(diff: &ListDiff<TimelineItem>) -> impl Iterator<Item = &Message> {
    diff.items().iter().filter_map(|item| {
        if let TimelineItem::Message(message) = item { Some(message.as_ref()) } else { None }
    })
}

fn carried(room: &str, message: &Message) -> Option<Carried> {
    let (name, mime, size, picture) = match &message.body {
        Body::Image { name, mime, size, .. } => (name, mime, size, true),
        Body::File { name, mime, size } => (name, mime, size, false),
        _ => return None,
    };
    Some(Carried {
        room: room.to_owned(),
        name: name.clone(),
        mime: mime.clone(),
        size: size.unwrap_or(0.0),
        time: message.time,
        picture,
    })
}

/// The room's newest message, where it is a file that the server has.
fn newest_file(room: &RoomSummary) -> Option<(String, f64)> {
    let last = room.last_message.as_ref()?;
    let file = matches!(last.preview, Preview::File { .. } | Preview::Image);
    (file && last.state == SendState::Sent).then(|| (room.id.clone(), last.time))
}
