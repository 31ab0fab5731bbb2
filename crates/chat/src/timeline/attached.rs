//! Files and pictures that came with messages.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use matrix_sdk::{
    Client,
    media::{MediaFormat, MediaRequestParameters, MediaThumbnailSettings, UniqueKey as _},
    ruma::{
        MxcUri,
        events::room::{MediaSource, message::MessageType},
        uint,
    },
};
use matrix_sdk_ui::timeline::EventTimelineItem;
use tokio::time::timeout;

use super::{RoomTimeline, attach::of_file, open::becomes};
use crate::{ChatError, Media, picture};

const DOWNLOAD: Duration = Duration::from_secs(120);
/// Between an upload and the message's knowing of it lies a turn of the SDK's queue.
const MOVES: Duration = Duration::from_secs(10);

struct Attached {
    source: MediaSource,
    mime: Option<String>,
    thumbnail: Option<MediaSource>,
    /// Not with the homeserver yet, as far as the timeline knows.
    local: bool,
}

impl Attached {
    fn small(&self) -> &MediaSource {
        self.thumbnail.as_ref().unwrap_or(&self.source)
    }
}

fn attached(item: &EventTimelineItem) -> Result<Attached, ChatError> {
    let local = item.is_local_echo();
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
    Ok(Attached { source: source.clone(), mime, thumbnail, local })
}

/// What was attached, and its bytes.
///
/// An upload moves the bytes in the store to the address that the server gave; the message hears of it a moment later, and
/// until then the address that it says leads nowhere.
async fn read(
    client: &Client,
    timeline: &RoomTimeline,
    item: &str,
    part: fn(&Attached) -> &MediaSource,
) -> Result<(Attached, Vec<u8>), ChatError> {
    let found = attached(&timeline.find(item).await?)?;
    let (found, bytes) = match fetch(client, part(&found).clone(), MediaFormat::File).await {
        Err(error) if found.local => {
            let before = found.source.unique_key();
            let elsewhere = |item: &EventTimelineItem| {
                attached(item).ok().filter(|now| now.source.unique_key() != before)
            };
            let moved = timeout(MOVES, becomes(timeline, item, elsewhere)).await.map_err(|_| error)??;
            let bytes = fetch(client, part(&moved).clone(), MediaFormat::File).await?;
            (moved, bytes)
        }
        bytes => (found, bytes?),
    };
    Ok((found, bytes))
}

/// A whole attachment, decrypted.
pub async fn attachment(client: &Client, timeline: &RoomTimeline, item: &str) -> Result<Media, ChatError> {
    let (attached, bytes) = read(client, timeline, item, |attached| &attached.source).await?;
    Ok(Media { mime: picture::safe_mime(&bytes, attached.mime.as_deref()), bytes })
}

/// A picture at most `max` pixels wide and high.
pub async fn thumbnail(
    client: &Client,
    timeline: &RoomTimeline,
    item: &str,
    max: u32,
) -> Result<Media, ChatError> {
    let (_, bytes) = read(client, timeline, item, Attached::small).await?;
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
pub async fn save(
    client: &Client,
    timeline: &RoomTimeline,
    item: &str,
    path: &Path,
) -> Result<(), ChatError> {
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
