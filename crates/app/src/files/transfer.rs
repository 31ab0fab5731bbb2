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
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::{ApiError, ErrorCode, session::Link};

/// Appwrite's size of a chunk.
pub(crate) const CHUNK: u64 = 5 * 1024 * 1024;

/// A file that a person wants to have in a drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// The id that the file gets, made here: a try that is repeated finds what the first one left.
    pub id: String,
    pub drive: String,
    pub folder: String,
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    /// Microseconds; with the size it tells whether the file is still the one that was chosen.
    pub modified: i64,
    /// Something of it may be on the server.
    pub begun: bool,
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
    source: &Source,
    done: &Arc<AtomicU64>,
) -> Result<StoredFile, Stop> {
    unchanged(source).await?;
    let known = if source.begun { on_server(link, source).await? } else { None };
    let mut stored = match known {
        Some(file) if file.is_complete() => file,
        known => {
            let offset = known.map_or(0, |file| (file.chunks_uploaded * CHUNK).min(source.size));
            send_from(link, source, offset, done).await?
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
    mut offset: u64,
    done: &Arc<AtomicU64>,
) -> Result<StoredFile, Stop> {
    loop {
        let bytes = read_chunk(source, offset).await?;
        // Read while it was being written, it would be a file that never was.
        unchanged(source).await?;
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

async fn unchanged(source: &Source) -> Result<(), Stop> {
    match facts(&source.path).await {
        Ok(facts) if facts == (source.size, source.modified) => Ok(()),
        Ok(_) => Err(Stop::Failed("changed".to_owned())),
        Err(error) => Err(ApiError::from(error).into()),
    }
}

async fn read_chunk(source: &Source, offset: u64) -> Result<Vec<u8>, Stop> {
    let reading = async {
        let mut file = tokio::fs::File::open(&source.path).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        let mut bytes = Vec::new();
        file.take(CHUNK).read_to_end(&mut bytes).await?;
        Ok::<_, std::io::Error>(bytes)
    };
    let bytes = reading.await.map_err(ApiError::from)?;
    if bytes.len() as u64 == CHUNK.min(source.size.saturating_sub(offset)) {
        Ok(bytes)
    } else {
        Err(Stop::Failed("changed".to_owned()))
    }
}
