//! Rooms and messages. Errors are chat's.

use std::path::Path;

use futures_util::StreamExt as _;
use telestack_chat::view::{EncryptionState, Member, OwnDevice, RoomSummary, TimelineUpdate, Verification};
use telestack_model::ListDiff;
use zeroize::Zeroizing;

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    files::clean_name,
    send_changes,
    session::{kept, recovery},
};

impl App {
    /// Rooms and invitations by activity. While the local stores are opening, the answer waits for them.
    pub async fn rooms(&self, updates: Sink<Vec<ListDiff<RoomSummary>>>) -> Result<u32, ApiError> {
        let signed = self.signed_once_open().await?;
        let rooms = signed.chat.watch_rooms();
        Ok(self.subscribe(&signed, send_changes(rooms, updates, Clone::clone, |room| room.id.clone())))
    }

    /// A room's messages from the newest on. `not-found` for an unknown room.
    pub async fn open_timeline(
        &self,
        room_id: String,
        updates: Sink<TimelineUpdate>,
    ) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let mut timeline = signed.chat.open_timeline(&room_id).await?;
        let files = signed.chat_files.clone();
        Ok(self.subscribe(&signed, async move {
            while let Some(update) = timeline.next().await {
                files.learn(&room_id, &update);
                if !updates(update) {
                    return;
                }
            }
        }))
    }

    /// Asks for older messages; they come on the open timeline.
    pub async fn paginate_back(&self, room_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.paginate_back(&room_id).await?)
    }

    /// Queues a message; `too-long` for one that no homeserver takes.
    pub async fn send_text(
        &self,
        room_id: String,
        markdown: String,
        reply_to: Option<String>,
        mentions: Vec<String>,
    ) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.send_text(&room_id, &markdown, reply_to.as_deref(), &mentions).await?)
    }

    /// As [`App::send_text`], and waits until the server has the message: for programs that no timeline is read by. The
    /// answer is its event id.
    pub async fn deliver_text(&self, room_id: String, markdown: String) -> Result<String, ApiError> {
        Ok(self.signed()?.chat.deliver_text(&room_id, &markdown).await?)
    }

    /// Changes an own message.
    pub async fn edit_text(
        &self,
        room_id: String,
        item_id: String,
        markdown: String,
    ) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.edit_text(&room_id, &item_id, &markdown).await?)
    }

    /// Takes a message back; one that is not sent yet never leaves.
    pub async fn redact(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.redact(&room_id, &item_id).await?)
    }

    /// Adds a reaction, or takes the own one back.
    pub async fn toggle_reaction(
        &self,
        room_id: String,
        item_id: String,
        key: String,
    ) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.toggle_reaction(&room_id, &item_id, &key).await?)
    }

    /// Tries a failed message again.
    pub async fn retry_send(&self, room_id: String, item_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.retry_send(&room_id, &item_id).await?)
    }

    /// Queues a file, encrypted. It is in Files, too: the drive of chats shows what rooms carry.
    pub async fn send_file(
        &self,
        room_id: String,
        path: String,
        caption: Option<String>,
    ) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.send_file(&room_id, Path::new(&path), caption.as_deref()).await?)
    }

    /// Queues what was pasted, encrypted. `too-large` above the chat server's limit.
    pub async fn send_pasted(
        &self,
        room_id: String,
        name: String,
        bytes: Vec<u8>,
        caption: Option<String>,
    ) -> Result<(), ApiError> {
        let name = clean_name(&name.replace('/', "_")).unwrap_or_else(|| "file".to_owned());
        Ok(self.signed()?.chat.send_bytes(&room_id, &name, bytes, caption.as_deref()).await?)
    }

    /// Writes an attachment to `path`.
    pub async fn save_attachment(
        &self,
        room_id: String,
        item_id: String,
        path: String,
    ) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.save_attachment(&room_id, &item_id, Path::new(&path)).await?)
    }

    /// Tells the room that somebody writes.
    pub async fn typing(&self, room_id: String, active: bool) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.typing(&room_id, active).await?)
    }

    /// Everything in the room is read.
    pub async fn mark_read(&self, room_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.mark_read(&room_id).await?)
    }

    /// Keeps what is not sent yet.
    pub async fn set_draft(&self, room_id: String, text: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.set_draft(&room_id, &text).await?)
    }

    /// Who is in the room.
    pub async fn members(&self, room_id: String) -> Result<Vec<Member>, ApiError> {
        Ok(self.signed()?.chat.members(&room_id).await?)
    }

    /// An encrypted room; the answer is its id.
    pub async fn create_room(
        &self,
        name: String,
        topic: String,
        invite: Vec<String>,
    ) -> Result<String, ApiError> {
        Ok(self.signed()?.chat.create_room(&name, &topic, &invite).await?)
    }

    /// The direct room with somebody, made where there is none.
    pub async fn create_direct(&self, matrix_id: String) -> Result<String, ApiError> {
        Ok(self.signed()?.chat.create_direct(&matrix_id).await?)
    }

    /// Asks people in; `forbidden` without the power to. Those before the first who could not be asked are asked.
    pub async fn invite(&self, room_id: String, people: Vec<String>) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.invite(&room_id, &people).await?)
    }

    /// Joins.
    pub async fn accept_invite(&self, room_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.accept_invite(&room_id).await?)
    }

    /// Declines.
    pub async fn decline_invite(&self, room_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.decline_invite(&room_id).await?)
    }

    /// Leaves.
    pub async fn leave_room(&self, room_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.leave_room(&room_id).await?)
    }

    /// How far this device is trusted; said again when a recovery key waits to be shown.
    pub async fn encryption(&self, updates: Sink<EncryptionState>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let (mut state, mut key) = (signed.chat.encryption(), signed.key_to_show.subscribe());
        Ok(self.subscribe(&signed, async move {
            loop {
                let now = *state.borrow_and_update();
                if !updates(now) {
                    return;
                }
                let changed = tokio::select! {
                    changed = state.changed() => changed,
                    changed = key.changed() => changed,
                };
                if changed.is_err() {
                    return;
                }
            }
        }))
    }

    /// Makes this device a trusted one of the account. `invalid` for a wrong key, `not-found` where the account has
    /// none.
    pub async fn recover(&self, recovery_key: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let recovery_key = Zeroizing::new(recovery_key);
        signed.chat.recover(&recovery_key).await?;
        Ok(kept::learn_recovery_key(&signed.vault, recovery_key.trim())?)
    }

    /// Makes a new recovery key in place of the one before; it is shown until it is confirmed. `forbidden` where this
    /// device is not a trusted one.
    pub async fn new_recovery_key(&self) -> Result<String, ApiError> {
        let signed = self.signed()?;
        recovery::renew(&signed.vault, &signed.chat).await
    }

    /// Makes new keys for an account that has neither its recovery key nor a trusted device any more; the answer is the
    /// new recovery key, which is shown until it is confirmed. `wrong-credentials` for a wrong password of the account.
    pub async fn reset_identity(&self, password: String) -> Result<String, ApiError> {
        let signed = self.signed()?;
        let password = Zeroizing::new(password);
        let jwt = signed.link.call(signed.link.backend.create_jwt()).await?;
        // Before anything is given up.
        let confirmation = signed.gateway.confirmation(&jwt, &password).await?;
        recovery::reset(&signed.vault, &signed.chat, &confirmation).await
    }

    /// Comparisons of devices, as their dialogs show them.
    pub async fn verifications(&self, updates: Sink<Vec<Verification>>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        Ok(self.inner.subscriptions.forward(signed.chat.verifications(), updates, Clone::clone))
    }

    /// Asks the account's other devices, or one of them, to compare.
    pub async fn verify_device(&self, device_id: Option<String>) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.verify_device(device_id.as_deref()).await?)
    }

    /// Asks somebody to compare; `not-found` for people who have no keys yet.
    pub async fn verify_person(&self, matrix_id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.verify_person(&matrix_id).await?)
    }

    /// Agrees to compare.
    pub async fn accept_verification(&self, id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.accept_verification(&id).await?)
    }

    /// Says whether both sides show the same.
    pub async fn compared(&self, id: String, same: bool) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.compared(&id, same).await?)
    }

    /// Declines, cancels, or puts away what has ended.
    pub async fn close_verification(&self, id: String) -> Result<(), ApiError> {
        Ok(self.signed()?.chat.close_verification(&id).await?)
    }

    /// The devices of this account.
    pub async fn devices_of_mine(&self) -> Result<Vec<OwnDevice>, ApiError> {
        Ok(self.signed()?.chat.devices().await?)
    }

    /// The recovery key, until somebody says that they wrote it down.
    pub async fn recovery_key(&self) -> Result<Option<String>, ApiError> {
        Ok(kept::recovery_key_to_show(&self.signed()?.vault)?)
    }

    /// Writes the recovery key that is shown to `path`, for this person's eyes only, below a line that says what it is.
    pub async fn save_recovery_key(&self, path: String, explanation: String) -> Result<(), ApiError> {
        let key = kept::recovery_key_to_show(&self.signed()?.vault)?;
        let key = Zeroizing::new(key.ok_or_else(|| ErrorCode::NotFound.with("no key is shown"))?);
        recovery::write_down(Path::new(&path), &explanation, &key).await
    }

    /// The recovery key is written down.
    pub async fn confirm_recovery_key(&self) -> Result<(), ApiError> {
        Ok(kept::confirm_recovery_key(&self.signed()?.vault)?)
    }
}
