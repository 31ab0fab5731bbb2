//! A message followed until the server has it.

use matrix_sdk::{
    Room,
    ruma::{OwnedEventId, OwnedTransactionId, serde::Raw},
    send_queue::{LocalEcho, LocalEchoContent, RoomSendQueueUpdate as Update},
};
use tokio::sync::broadcast::error::RecvError;

use super::send;
use crate::ChatError;

/// Writes a message down and waits until the server has it. It is known by its transaction: what a timeline brings
/// meanwhile, older own messages among them, cannot pass for it.
pub async fn text(room: &Room, markdown: &str) -> Result<OwnedEventId, ChatError> {
    let content = send::content(room, markdown, None, &[]).await?;
    let words = Raw::new(&content).map_err(|error| ChatError::Other(error.to_string()))?;
    let queue = room.send_queue();
    // Heard from before it is written: nothing of it is missed.
    let (_, mut updates) = queue.subscribe().await?;
    let written = queue.send(content).await?;
    let is_ours = |echo: &LocalEcho| match &echo.content {
        LocalEchoContent::Event { serialized_event, send_handle, .. } => {
            send_handle.created_at == written.created_at
                && serialized_event.raw().0.json().get() == words.json().get()
        }
        _ => false,
    };
    let mut ours: Option<OwnedTransactionId> = None;
    loop {
        match updates.recv().await {
            Ok(Update::NewLocalEvent(echo)) if ours.is_none() && is_ours(&echo) => {
                ours = Some(echo.transaction_id);
            }
            Ok(Update::SentEvent { transaction_id, event_id }) if ours.as_ref() == Some(&transaction_id) => {
                return Ok(event_id);
            }
            Ok(Update::SendError { transaction_id, error, is_recoverable: false })
                if ours.as_ref() == Some(&transaction_id) =>
            {
                return Err(ChatError::from(&*error));
            }
            Ok(Update::CancelledLocalEvent { transaction_id }) if ours.as_ref() == Some(&transaction_id) => {
                return Err(ChatError::Invalid("the message was taken back".to_owned()));
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => {
                return Err(ChatError::Other(
                    "too much happens in the room to follow one message".to_owned(),
                ));
            }
            Err(RecvError::Closed) => return Err(ChatError::SignedOut),
        }
    }
}
