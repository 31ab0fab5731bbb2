//! Files and pictures inside messages: on their way out and back.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use matrix_sdk::{
    Client, Room,
    attachment::{AttachmentConfig, AttachmentInfo, BaseFileInfo, BaseImageInfo, Thumbnail},
    media::{MediaFormat, MediaRequestParameters, MediaThumbnailSettings},
    ruma::{
        MxcUri, UInt,
        events::room::{
            MediaSource,
            message::{MessageType, TextMessageEventContent},
        },
        uint,
    },
};
use matrix_sdk_ui::timeline::Timeline;
use tokio::time::timeout;

use super::open::find;
use crate::{ChatError, Media, picture};

const ASK: Duration = Duration::from_secs(5);
const DOWNLOAD: Duration = Duration::from_secs(120);
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

fn of_file(error: &std::io::Error) -> ChatError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ChatError::NotFound,
        std::io::ErrorKind::PermissionDenied => ChatError::Forbidden,
        std::io::ErrorKind::StorageFull => ChatError::DiskFull,
        _ => ChatError::Other(error.to_string()),
    }
}

struct Attached {
    source: MediaSource,
    mime: Option<String>,
    thumbnail: Option<MediaSource>,
}

async fn attached(timeline: &Timeline, item: &str) -> Result<Attached, ChatError> {
    let item = find(timeline, item).await?;
    let message = item.content().as_message().ok_or(ChatError::NotFound)?;
    let (source, mime, thumbnail) = match message.msgtype() {
        MessageType::Image(content) => {
            let info = content.info.as_deref();
            (
                &content.source,
                info.and_then(|info| info.mimetype.clone()),
                info.and_then(|info| info.thumbnail_source.clone()),
            )
        }
        MessageType::File(content) => {
            (&content.source, content.info.as_deref().and_then(|info| info.mimetype.clone()), None)
        }
        MessageType::Audio(content) => {
            (&content.source, content.info.as_deref().and_then(|info| info.mimetype.clone()), None)
        }
        MessageType::Video(content) => {
            (&content.source, content.info.as_deref().and_then(|info| info.mimetype.clone()), None)
        }
        _ => return Err(ChatError::NotFound),
    };
    Ok(Attached { source: source.clone(), mime, thumbnail })
}

/// A whole attachment, decrypted.
pub async fn attachment(client: &Client, timeline: &Timeline, item: &str) -> Result<Media, ChatError> {
    let attached = attached(timeline, item).await?;
    let bytes = fetch(client, attached.source, MediaFormat::File).await?;
    Ok(Media { mime: picture::safe_mime(&bytes, attached.mime.as_deref()), bytes })
}

/// A picture at most `max` pixels wide and high.
pub async fn thumbnail(
    client: &Client,
    timeline: &Timeline,
    item: &str,
    max: u32,
) -> Result<Media, ChatError> {
    let attached = attached(timeline, item).await?;
    let source = attached.thumbnail.unwrap_or(attached.source);
    let bytes = fetch(client, source, MediaFormat::File).await?;
    let small = tokio::task::spawn_blocking(move || picture::shrink(bytes, max)).await;
    let bytes = small.map_err(|error| ChatError::Other(error.to_string()))?;
    Ok(Media { mime: picture::safe_mime(&bytes, None), bytes })
}

/// Somebody's picture, by its `mxc://` address.
pub async fn avatar(client: &Client, mxc: &str) -> Result<Media, ChatError> {
    let uri: &MxcUri = mxc.into();
    uri.parts().map_err(|_| ChatError::Invalid("the picture's address".to_owned()))?;
    let source = MediaSource::Plain(uri.to_owned());
    let format = MediaFormat::Thumbnail(MediaThumbnailSettings::new(uint!(128), uint!(128)));
    let bytes = fetch(client, source, format).await?;
    Ok(Media { mime: picture::safe_mime(&bytes, None), bytes })
}

pub async fn fetch(client: &Client, source: MediaSource, format: MediaFormat) -> Result<Vec<u8>, ChatError> {
    let request = MediaRequestParameters { source, format };
    let media = client.media();
    Ok(timeout(DOWNLOAD, media.get_media_content(&request, true)).await.map_err(|_| ChatError::Offline)??)
}

/// Writes an attachment under a name of the person's choice; a half-written file does not stay.
pub async fn save(client: &Client, timeline: &Timeline, item: &str, path: &Path) -> Result<(), ChatError> {
    let media = attachment(client, timeline, item).await?;
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = async {
        tokio::fs::write(&part, &media.bytes).await?;
        tokio::fs::rename(&part, path).await
    };
    if let Err(error) = written.await {
        let _ = tokio::fs::remove_file(&part).await;
        return Err(of_file(&error));
    }
    Ok(())
}
