//! Writing: everything goes through the room's send queue, so that it survives the network and the process.

use std::time::Duration;

use matrix_sdk::{
    Room,
    room::{
        edit::EditedContent,
        reply::{EnforceThread, Reply},
    },
    ruma::{
        EventId, OwnedEventId, OwnedUserId, UserId,
        api::client::receipt::create_receipt::v3::ReceiptType,
        events::{
            AnyMessageLikeEventContent, Mentions,
            room::message::{AddMentions, RoomMessageEventContent, RoomMessageEventContentWithoutRelation},
        },
    },
};
use matrix_sdk_ui::timeline::{EditError, Error, TimelineEventItemId};
use tokio::time::timeout;

use super::{RoomTimeline, open::becomes};
use crate::{ChatError, card, view::FileCard};

/// An event may have 65,536 bytes, its envelope and signatures included.
const ROOM_FOR_CONTENT: usize = 60_000;
const PATIENCE: Duration = Duration::from_secs(20);
const PAGE: u16 = 40;

pub async fn text(
    room: &Room,
    markdown: &str,
    reply_to: Option<&str>,
    mentions: &[String],
) -> Result<(), ChatError> {
    let content = content(room, markdown, reply_to, mentions).await?;
    room.send_queue().send(content).await?;
    Ok(())
}

/// A message that fits into an event.
pub async fn content(
    room: &Room,
    markdown: &str,
    reply_to: Option<&str>,
    mentions: &[String],
) -> Result<AnyMessageLikeEventContent, ChatError> {
    let content = message(markdown, mentions)?;
    let content: AnyMessageLikeEventContent = match reply_to {
        Some(answered) => {
            let event_id = EventId::parse(answered).map_err(|_| ChatError::NotFound)?;
            let reply = Reply {
                event_id,
                enforce_thread: EnforceThread::MaybeThreaded,
                add_mentions: AddMentions::Yes,
            };
            timeout(PATIENCE, room.make_reply_event(content, reply))
                .await
                .map_err(|_| ChatError::Offline)??
                .into()
        }
        None => RoomMessageEventContent::from(content).into(),
    };
    fits(room, &content)?;
    Ok(content)
}

fn message(markdown: &str, mentions: &[String]) -> Result<RoomMessageEventContentWithoutRelation, ChatError> {
    if markdown.trim().is_empty() {
        return Err(ChatError::Invalid("an empty message".to_owned()));
    }
    // Before the markdown is parsed: the time that takes grows with the text.
    if markdown.len() > ROOM_FOR_CONTENT {
        return Err(ChatError::TooLong);
    }
    let mut content = match markdown.strip_prefix("/me ") {
        Some(action) => RoomMessageEventContentWithoutRelation::emote_markdown(action),
        None => RoomMessageEventContentWithoutRelation::text_markdown(markdown),
    };
    let users = mentions
        .iter()
        .map(|user| UserId::parse(user).map_err(|_| ChatError::Invalid(format!("{user} is no Matrix id"))))
        .collect::<Result<Vec<OwnedUserId>, _>>()?;
    // Always present: without it other clients guess from the text.
    content.mentions = Some(Mentions::with_user_ids(users));
    Ok(content)
}

/// Megolm's Base64 makes a third more of the content.
fn fits(room: &Room, content: &AnyMessageLikeEventContent) -> Result<(), ChatError> {
    let size = serde_json::to_vec(content).map_err(|error| ChatError::Other(error.to_string()))?.len();
    let size = if room.encryption_state().is_encrypted() { size / 3 * 4 + 1_000 } else { size };
    if size > ROOM_FOR_CONTENT { Err(ChatError::TooLong) } else { Ok(()) }
}

pub async fn edit(timeline: &RoomTimeline, item: &str, markdown: &str) -> Result<(), ChatError> {
    let found = timeline.find(item).await?;
    let mentions: Vec<String> = found
        .content()
        .as_message()
        .and_then(|message| message.mentions())
        .map(|mentions| mentions.user_ids.iter().map(ToString::to_string).collect())
        .unwrap_or_default();
    let content = message(markdown, &mentions)?;
    // An edit carries its text twice.
    let both = RoomMessageEventContent::from(content.clone());
    let size = serde_json::to_vec(&both).map_err(|error| ChatError::Other(error.to_string()))?.len();
    if size * 2 / 3 * 4 > ROOM_FOR_CONTENT {
        return Err(ChatError::TooLong);
    }
    let edit = |id| {
        let content = EditedContent::RoomMessage(content.clone());
        async move { timeline.edit(&id, content).await }
    };
    let edited = async {
        match edit(found.identifier()).await {
            Err(Error::EditError(EditError::InvalidLocalEchoState)) => {
                let event = sent(timeline, item).await?;
                Ok(edit(TimelineEventItemId::EventId(event)).await?)
            }
            done => Ok(done?),
        }
    };
    timeout(PATIENCE, edited).await.map_err(|_| ChatError::Offline)?
}

/// The id of a message that left the queue a moment ago, once the timeline has it too.
async fn sent(timeline: &RoomTimeline, item: &str) -> Result<OwnedEventId, ChatError> {
    becomes(timeline, item, |item| item.event_id().map(ToOwned::to_owned)).await
}

/// Takes a message back: one that is not sent yet never leaves, a sent one is redacted, when there is a network.
pub async fn redact(timeline: &RoomTimeline, item: &str) -> Result<(), ChatError> {
    let found = timeline.find(item).await?;
    let event = match found.identifier() {
        TimelineEventItemId::TransactionId(_) => {
            let handle = found.local_echo_send_handle().ok_or(ChatError::NotFound)?;
            if handle.abort().await? {
                return Ok(());
            }
            timeout(PATIENCE, sent(timeline, item)).await.map_err(|_| ChatError::Offline)??
        }
        TimelineEventItemId::EventId(event) => event,
    };
    timeline.room().send_queue().redact(event, None).await?;
    Ok(())
}

pub async fn toggle_reaction(timeline: &RoomTimeline, item: &str, key: &str) -> Result<(), ChatError> {
    if key.is_empty() || key.len() > 100 {
        return Err(ChatError::Invalid("the reaction".to_owned()));
    }
    let item = timeline.find(item).await?;
    timeout(PATIENCE, timeline.toggle_reaction(&item.identifier(), key))
        .await
        .map_err(|_| ChatError::Offline)??;
    Ok(())
}

pub async fn retry(timeline: &RoomTimeline, item: &str) -> Result<(), ChatError> {
    let item = timeline.find(item).await?;
    let handle = item.local_echo_send_handle().ok_or(ChatError::NotFound)?;
    handle.unwedge().await?;
    timeline.room().send_queue().set_enabled(true);
    Ok(())
}

pub async fn card(room: &Room, card: &FileCard) -> Result<(), ChatError> {
    room.send_queue().send_raw(card::content(card)?, "m.room.message".to_owned()).await?;
    Ok(())
}

pub async fn mark_read(timeline: &RoomTimeline) -> Result<(), ChatError> {
    let mark = async {
        timeline.mark_as_read(ReceiptType::FullyRead).await?;
        timeline.mark_as_read(ReceiptType::Read).await
    };
    timeout(PATIENCE, mark).await.map_err(|_| ChatError::Offline)??;
    Ok(())
}

pub async fn paginate_back(timeline: &RoomTimeline) -> Result<(), ChatError> {
    let older = timeout(PATIENCE * 2, timeline.paginate_backwards(PAGE)).await;
    older.map_err(|_| ChatError::Offline)??;
    Ok(())
}
