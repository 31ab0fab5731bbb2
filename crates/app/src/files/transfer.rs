//! One file on its way up, in chunks, from wherever an earlier try ended.

use std::{
    io::SeekFrom,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use telestack_backend::{BackendError, Chunk, StoredFile};
use telestack_chat::{Chat, Unsent};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::{ApiError, ErrorCode, session::Link};

/// Appwrite's size of a chunk.
pub(crate) const CHUNK: u64 = CHUNK_LEN as u64;
const CHUNK_LEN: usize = 5 * 1024 * 1024;

/// A file that a person wants to have in a drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// The id that the file gets, made here: a try that is repeated finds what the first one left.
    pub id: String,
    pub drive: String,
    pub folder: String,
    pub name: String,
    #[serde(flatten)]
    pub origin: Origin,
    pub size: u64,
    /// Something of it may be on the server.
    pub begun: bool,
}

/// Where its bytes are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Origin {
    File {
        path: PathBuf,
        /// Microseconds; with the size it tells whether the file is still the one that was chosen.
        modified: i64,
    },
    /// In chat's encrypted store, as a message that could not be sent.
    Unsent { unsent: Unsent },
}

impl Source {
    /// Folder and name as the server keeps them.
    pub fn full_name(&self) -> String {
        if self.folder.is_empty() { self.name.clone() } else { format!("{}/{}", self.folder, self.name) }
    }
}

/// Why a try ended early.
#[derive(Debug, PartialEq)]
pub(crate) enum Stop {
    /// Try again when the network is back, after this time at least.
    Later(Duration),
    /// Not to be tried again by itself.
    Failed(String),
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        match error.code {
            ErrorCode::Offline | ErrorCode::FilesUnavailable => Self::Later(Duration::from_secs(1)),
            ErrorCode::RateLimited => Self::Later(Duration::from_secs(10)),
            code => Self::Failed(code.as_str().to_owned()),
        }
    }
}

/// Size and time of change of a file.
pub(crate) async fn facts(path: &Path) -> std::io::Result<(u64, i64)> {
    let facts = tokio::fs::metadata(path).await?;
    let modified = facts.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((facts.len(), i64::try_from(modified.as_micros()).unwrap_or(i64::MAX)))
}

/// Brings the file up. `done` counts its bytes that are on the server or on their way.
pub(crate) async fn transfer(
    link: &Link,
    chat: &Chat,
    source: &Source,
    done: &Arc<AtomicU64>,
) -> Result<StoredFile, Stop> {
    let reader = Reader::open(chat, source).await?;
    reader.unchanged().await?;
    let known = if source.begun { on_server(link, source).await? } else { None };
    let mut stored = match known {
        Some(file) if file.is_complete() => file,
        known => {
            let offset = known.map_or(0, |file| (file.chunks_uploaded * CHUNK).min(source.size));
            send_from(link, source, &reader, offset, done).await?
        }
    };
    done.store(source.size, Ordering::Relaxed);
    // A form's file name carries no folder.
    let wanted = source.full_name();
    if stored.name != wanted {
        stored = link.call(link.backend.rename_file(&source.drive, &source.id, &wanted)).await?;
    }
    Ok(stored)
}

async fn on_server(link: &Link, source: &Source) -> Result<Option<StoredFile>, Stop> {
    match link.call(link.backend.file(&source.drive, &source.id)).await {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn send_from(
    link: &Link,
    source: &Source,
    reader: &Reader<'_>,
    mut offset: u64,
    done: &Arc<AtomicU64>,
) -> Result<StoredFile, Stop> {
    loop {
        let bytes = reader.chunk(offset).await?;
        // Read while it was being written, it would be a file that never was.
        reader.unchanged().await?;
        let length = bytes.len() as u64;
        done.store(offset, Ordering::Relaxed);
        let chunk = Chunk { offset, total: source.size, bytes, sent: done.clone() };
        let sending = link.backend.upload_chunk(&source.drive, &source.id, &source.name, chunk);
        let stored = match sending.await {
            Ok(stored) => stored,
            // An earlier try got through and its answer did not.
            Err(BackendError::Conflict) => match on_server(link, source).await? {
                Some(file) if file.is_complete() && file.size_original == source.size => return Ok(file),
                _ => return Err(Stop::Failed(ErrorCode::Invalid.as_str().to_owned())),
            },
            // What was sent before is gone from the server: from the beginning, then.
            Err(BackendError::Invalid { kind, .. })
                if kind == "storage_invalid_appwrite_id" && offset > 0 =>
            {
                offset = 0;
                continue;
            }
            Err(error) => {
                return Err(link
                    .call(async { Err::<(), _>(error) })
                    .await
                    .map_or_else(Stop::from, |()| Stop::Later(Duration::ZERO)));
            }
        };
        offset += length;
        if stored.is_complete() || offset >= source.size {
            return Ok(stored);
        }
    }
}

/// A source that is being read.
enum Reader<'a> {
    File { path: &'a Path, size: u64, modified: i64 },
    Held(Vec<u8>),
}

impl<'a> Reader<'a> {
    async fn open(chat: &Chat, source: &'a Source) -> Result<Self, Stop> {
        match &source.origin {
            Origin::File { path, modified } => {
                Ok(Self::File { path, size: source.size, modified: *modified })
            }
            Origin::Unsent { unsent } => {
                let file = chat.unsent_file(unsent).await.map_err(ApiError::from)?;
                Ok(Self::Held(file.bytes))
            }
        }
    }

    async fn unchanged(&self) -> Result<(), Stop> {
        let Self::File { path, size, modified } = self else { return Ok(()) };
        match facts(path).await {
            Ok(facts) if facts == (*size, *modified) => Ok(()),
            Ok(_) => Err(Stop::Failed("changed".to_owned())),
            Err(error) => Err(ApiError::from(error).into()),
        }
    }

    async fn chunk(&self, offset: u64) -> Result<Vec<u8>, Stop> {
        let (bytes, size) = match self {
            Self::File { path, size, .. } => (read_chunk(path, offset).await.map_err(ApiError::from)?, *size),
            Self::Held(all) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = all.get(start..).unwrap_or_default();
                (rest.get(..CHUNK_LEN).unwrap_or(rest).to_vec(), all.len() as u64)
            }
        };
        if bytes.len() as u64 == CHUNK.min(size.saturating_sub(offset)) {
            Ok(bytes)
        } else {
            Err(Stop::Failed("changed".to_owned()))
        }
    }
}

async fn read_chunk(path: &Path, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(offset)).await?;
    let mut bytes = Vec::new();
    file.take(CHUNK).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_earlier_versions_queued_is_read() {
        let kept = json!({
            "id": "a", "drive": "files", "folder": "", "name": "Plan.pdf", "path": "/home/ada/Plan.pdf",
            "size": 3, "modified": 7, "begun": true,
        });
        let source: Source = serde_json::from_value(kept.clone()).expect("readable");
        assert_eq!(source.origin, Origin::File { path: "/home/ada/Plan.pdf".into(), modified: 7 });
        assert_eq!(serde_json::to_value(&source).expect("JSON"), kept);
    }

    #[test]
    fn a_message_is_a_source_too() {
        let unsent = Unsent { room: "!r:x".into(), transaction: "t1".into() };
        let source = Source {
            id: "a".into(),
            drive: "files".into(),
            folder: String::new(),
            name: "Walkthrough.mp4".into(),
            origin: Origin::Unsent { unsent },
            size: 3,
            begun: false,
        };
        let kept = serde_json::to_value(&source).expect("JSON");
        assert_eq!(serde_json::from_value::<Source>(kept).expect("readable"), source);
    }

    #[tokio::test]
    async fn what_is_held_comes_in_chunks() {
        let held = Reader::Held(vec![7; CHUNK_LEN + 3]);
        assert_eq!(held.chunk(0).await.map(|bytes| bytes.len()), Ok(CHUNK_LEN));
        assert_eq!(held.chunk(CHUNK).await, Ok(vec![7; 3]));
        assert_eq!(held.chunk(CHUNK + 4).await.map(|bytes| bytes.len()), Ok(0));
    }
}
