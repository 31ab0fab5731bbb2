//! Attachments that have not left: what they hold, also where no timeline shows them.

use matrix_sdk::{
    Room,
    media::MediaFormat,
    ruma::{
        events::{
            AnyMessageLikeEventContent,
            room::{
                MediaSource,
                message::{MessageType, RoomMessageEventContent},
            },
        },
        serde::Raw,
    },
    send_queue::{LocalEchoContent, SendHandle},
};
use matrix_sdk_ui::timeline::TimelineEventItemId;
use serde::{Deserialize, Serialize};

use super::{RoomTimeline, attached::fetch};
use crate::ChatError;

/// A message that waits in a room's send queue or was refused there. It keeps its name through a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub room: String,
    pub transaction: String,
}

/// What an unsent attachment carries.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsentFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for UnsentFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnsentFile").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// The lasting name of an attachment that the timeline shows as not sent.
pub async fn name(timeline: &RoomTimeline, item: &str) -> Result<Unsent, ChatError> {
    let TimelineEventItemId::TransactionId(transaction) = timeline.find(item).await?.identifier() else {
        return Err(ChatError::NotFound);
    };
    let unsent = Unsent { room: timeline.room().room_id().to_string(), transaction: transaction.to_string() };
    let (content, _) = echo(timeline.room(), &unsent).await?;
    source(&content.msgtype).map(|_| unsent).ok_or(ChatError::NotFound)
}

/// The file itself, out of the store.
pub async fn file(room: &Room, unsent: &Unsent) -> Result<UnsentFile, ChatError> {
    let (content, _) = echo(room, unsent).await?;
    let source = source(&content.msgtype).ok_or(ChatError::NotFound)?.clone();
    let name = words(&content.msgtype).0.to_owned();
    let bytes = fetch(&room.client(), source, MediaFormat::File).await?;
    Ok(UnsentFile { name, bytes })
}

/// What was written beside the file, which is not read for it.
pub async fn caption(room: &Room, unsent: &Unsent) -> Result<Option<String>, ChatError> {
    let (content, _) = echo(room, unsent).await?;
    Ok(words(&content.msgtype).1.map(str::to_owned))
}

/// Takes the message out of the queue. One that is not there any more is fine.
pub async fn discard(room: &Room, unsent: &Unsent) -> Result<(), ChatError> {
    match echo(room, unsent).await {
        Ok((_, handle)) => {
            handle.abort().await?;
            Ok(())
        }
        Err(ChatError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn echo(room: &Room, unsent: &Unsent) -> Result<(RoomMessageEventContent, SendHandle), ChatError> {
    let (echoes, _) = room.send_queue().subscribe().await?;
    let found = echoes.into_iter().find(|echo| echo.transaction_id == *unsent.transaction);
    match found.map(|echo| echo.content) {
        Some(LocalEchoContent::Event { serialized_event, send_handle, .. }) => {
            let content = content(serialized_event.raw().0).ok_or(ChatError::NotFound)?;
            Ok((content, send_handle))
        }
        _ => Err(ChatError::NotFound),
    }
}

fn content(raw: &Raw<AnyMessageLikeEventContent>) -> Option<RoomMessageEventContent> {
    raw.deserialize_as_unchecked::<RoomMessageEventContent>().ok()
}

fn source(message: &MessageType) -> Option<&MediaSource> {
    match message {
        MessageType::Image(content) => Some(&content.source),
        MessageType::File(content) => Some(&content.source),
        MessageType::Audio(content) => Some(&content.source),
        MessageType::Video(content) => Some(&content.source),
        _ => None,
    }
}

fn words(message: &MessageType) -> (&str, Option<&str>) {
    match message {
        MessageType::Image(content) => (content.filename(), content.caption()),
        MessageType::File(content) => (content.filename(), content.caption()),
        MessageType::Audio(content) => (content.filename(), content.caption()),
        MessageType::Video(content) => (content.filename(), content.caption()),
        other => (other.body(), None),
    }
}
