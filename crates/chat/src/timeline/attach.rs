//! Files and pictures on their way into a room.

use std::{path::Path, time::Duration};

use matrix_sdk::{
    Room,
    attachment::{AttachmentConfig, AttachmentInfo, BaseFileInfo, BaseImageInfo, Thumbnail},
    ruma::{UInt, events::room::message::TextMessageEventContent, uint},
};
use tokio::time::timeout;

use crate::{ChatError, picture};

const ASK: Duration = Duration::from_secs(5);
/// Homeservers say their limit; until one has been asked, this is Synapse's default.
const USUAL_LIMIT: u64 = 50 * 1024 * 1024;

/// Queues a file. It is read here and kept in the store, so that it may be changed or deleted afterwards.
pub async fn send_file(room: &Room, path: &Path, caption: Option<&str>) -> Result<(), ChatError> {
    let size = tokio::fs::metadata(path).await.map_err(|error| of_file(&error))?.len();
    // Before it is read.
    fits(room, size).await?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .ok_or_else(|| ChatError::Invalid("the file's name".to_owned()))?;
    let data = tokio::fs::read(path).await.map_err(|error| of_file(&error))?;
    send(room, name, data, caption).await
}

/// Queues what is no file: something out of the clipboard.
pub async fn send_bytes(
    room: &Room,
    name: &str,
    data: Vec<u8>,
    caption: Option<&str>,
) -> Result<(), ChatError> {
    if name.is_empty() || data.is_empty() {
        return Err(ChatError::Invalid("nothing to send".to_owned()));
    }
    fits(room, data.len() as u64).await?;
    send(room, name.to_owned(), data, caption).await
}

async fn fits(room: &Room, size: u64) -> Result<(), ChatError> {
    let limit = match timeout(ASK, room.client().load_or_fetch_max_upload_size()).await {
        Ok(Ok(limit)) => u64::from(limit),
        Ok(Err(_)) | Err(_) => USUAL_LIMIT,
    };
    if size > limit { Err(ChatError::TooLarge) } else { Ok(()) }
}

async fn send(room: &Room, name: String, data: Vec<u8>, caption: Option<&str>) -> Result<(), ChatError> {
    let size = data.len() as u64;
    let mime = picture::sniff(&data).unwrap_or_else(|| picture::mime_of_name(&name));
    let looked_at = data.clone();
    let facts = if mime.starts_with("image/") {
        tokio::task::spawn_blocking(move || picture::look(&looked_at)).await.ok().flatten()
    } else {
        None
    };
    let caption = caption.map(str::trim).filter(|caption| !caption.is_empty());
    let mut config = AttachmentConfig::new().caption(caption.map(TextMessageEventContent::markdown));
    config = config.info(match &facts {
        Some(facts) => AttachmentInfo::Image(BaseImageInfo {
            width: Some(UInt::from(facts.width)),
            height: Some(UInt::from(facts.height)),
            size: UInt::try_from(size).ok(),
            blurhash: Some(facts.blurhash.clone()),
            is_animated: None,
        }),
        None if mime.starts_with("image/") => AttachmentInfo::Image(BaseImageInfo {
            size: UInt::try_from(size).ok(),
            ..BaseImageInfo::default()
        }),
        None => AttachmentInfo::File(BaseFileInfo { size: UInt::try_from(size).ok() }),
    });
    if let Some(small) = facts.and_then(|facts| facts.thumbnail) {
        config = config.thumbnail(Some(Thumbnail {
            content_type: "image/jpeg".parse().map_err(|_| ChatError::Invalid("the picture".to_owned()))?,
            width: UInt::from(small.width),
            height: UInt::from(small.height),
            size: UInt::try_from(small.jpeg.len()).unwrap_or(uint!(0)),
            data: small.jpeg,
        }));
    }
    let mime = mime.parse().map_err(|_| ChatError::Invalid("the kind of file".to_owned()))?;
    room.send_queue().send_attachment(name, mime, data, config).await?;
    Ok(())
}

/// Of a file that is read or written here.
pub fn of_file(error: &std::io::Error) -> ChatError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ChatError::NotFound,
        std::io::ErrorKind::PermissionDenied => ChatError::Forbidden,
        std::io::ErrorKind::StorageFull => ChatError::DiskFull,
        _ => ChatError::Other(error.to_string()),
    }
}
