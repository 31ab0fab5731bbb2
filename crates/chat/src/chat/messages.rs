//! Messages. `item` is an id of the room's open timeline.

use std::{path::Path, time::Duration};

use futures_util::stream::BoxStream;
use tokio::time::timeout;

use super::Chat;
use crate::{
    ChatError, Media,
    timeline::{
        attach, attached, deliver, send,
        unsent::{self, Unsent, UnsentFile},
    },
    view::{FileCard, TimelineUpdate},
};

/// Later than this nobody cares who was typing.
const TYPING: Duration = Duration::from_secs(5);

impl Chat {
    /// Begins with everything that is known, then what changes.
    pub async fn open_timeline(&self, room: &str) -> Result<BoxStream<'static, TimelineUpdate>, ChatError> {
        let timeline = self.timeline(room).await?;
        let (client, connection) = (self.inner.client.clone(), self.connection());
        Ok(Box::pin(self.inner.timelines.stream(timeline, client, connection)).await)
    }

    pub async fn paginate_back(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(send::paginate_back(&*self.timeline(room).await?)).await
    }

    /// Writes a message down; it goes out when there is a network.
    ///
    /// # Errors
    /// `TooLong` above what a homeserver takes, about 44 KB in an encrypted room.
    pub async fn send_text(
        &self,
        room: &str,
        markdown: &str,
        reply_to: Option<&str>,
        mentions: &[String],
    ) -> Result<(), ChatError> {
        Box::pin(send::text(&self.room(room)?, markdown, reply_to, mentions)).await
    }

    /// As [`Chat::send_text`], and waits until the server has the message, however long that takes. The answer is its
    /// event id.
    ///
    /// # Errors
    /// As [`Chat::send_text`]'s, and why the server will not take it.
    pub async fn deliver_text(&self, room: &str, markdown: &str) -> Result<String, ChatError> {
        Box::pin(deliver::text(&self.room(room)?, markdown)).await.map(|event| event.to_string())
    }

    pub async fn edit_text(&self, room: &str, item: &str, markdown: &str) -> Result<(), ChatError> {
        Box::pin(send::edit(&*self.timeline(room).await?, item, markdown)).await
    }

    pub async fn redact(&self, room: &str, item: &str) -> Result<(), ChatError> {
        Box::pin(send::redact(&*self.timeline(room).await?, item)).await
    }

    pub async fn toggle_reaction(&self, room: &str, item: &str, key: &str) -> Result<(), ChatError> {
        Box::pin(send::toggle_reaction(&*self.timeline(room).await?, item, key)).await
    }

    pub async fn retry_send(&self, room: &str, item: &str) -> Result<(), ChatError> {
        Box::pin(send::retry(&*self.timeline(room).await?, item)).await
    }

    /// # Errors
    /// `TooLarge` above the server's limit, `NotFound` where there is no such file.
    pub async fn send_file(&self, room: &str, path: &Path, caption: Option<&str>) -> Result<(), ChatError> {
        Box::pin(attach::send_file(&self.room(room)?, path, caption)).await
    }

    /// As `send_file`, of what is no file: something out of the clipboard.
    ///
    /// # Errors
    /// `TooLarge` above the server's limit.
    pub async fn send_bytes(
        &self,
        room: &str,
        name: &str,
        data: Vec<u8>,
        caption: Option<&str>,
    ) -> Result<(), ChatError> {
        Box::pin(attach::send_bytes(&self.room(room)?, name, data, caption)).await
    }

    pub async fn send_card(&self, room: &str, card: FileCard) -> Result<(), ChatError> {
        Box::pin(send::card(&self.room(room)?, &card)).await
    }

    pub async fn save_attachment(&self, room: &str, item: &str, path: &Path) -> Result<(), ChatError> {
        Box::pin(attached::save(&self.inner.client, &*self.timeline(room).await?, item, path)).await
    }

    /// What an attachment is called while it has not left, beyond the timeline and through a restart.
    ///
    /// # Errors
    /// `NotFound` for what was sent, and for messages without a file.
    pub async fn unsent(&self, room: &str, item: &str) -> Result<Unsent, ChatError> {
        Box::pin(unsent::name(&*self.timeline(room).await?, item)).await
    }

    /// # Errors
    /// `NotFound` where it was sent or taken back meanwhile.
    pub async fn unsent_file(&self, unsent: &Unsent) -> Result<UnsentFile, ChatError> {
        Box::pin(unsent::file(&self.room(&unsent.room)?, unsent)).await
    }

    /// What was written beside it.
    ///
    /// # Errors
    /// `NotFound` where it was sent or taken back meanwhile.
    pub async fn unsent_caption(&self, unsent: &Unsent) -> Result<Option<String>, ChatError> {
        Box::pin(unsent::caption(&self.room(&unsent.room)?, unsent)).await
    }

    /// Takes it back; fine where it is gone already.
    pub async fn discard_unsent(&self, unsent: &Unsent) -> Result<(), ChatError> {
        Box::pin(unsent::discard(&self.room(&unsent.room)?, unsent)).await
    }

    /// A picture at most `max` pixels wide and high.
    pub async fn thumbnail(&self, room: &str, item: &str, max: u32) -> Result<Media, ChatError> {
        Box::pin(attached::thumbnail(&self.inner.client, &*self.timeline(room).await?, item, max)).await
    }

    pub async fn attachment(&self, room: &str, item: &str) -> Result<Media, ChatError> {
        Box::pin(attached::attachment(&self.inner.client, &*self.timeline(room).await?, item)).await
    }

    pub async fn typing(&self, room: &str, active: bool) -> Result<(), ChatError> {
        let room = self.room(room)?;
        timeout(TYPING, room.typing_notice(active)).await.map_err(|_| ChatError::Offline)??;
        Ok(())
    }

    pub async fn mark_read(&self, room: &str) -> Result<(), ChatError> {
        Box::pin(send::mark_read(&*self.timeline(room).await?)).await
    }
}
