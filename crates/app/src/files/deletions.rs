//! Deleting with a way back: held for some seconds, kept in the vault meanwhile, then sent.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::{Drives, uploads::new_id};
use crate::{
    ApiError, Clock, ErrorCode,
    session::Link,
    store::{Vault, VaultError},
};

const SPACE: &str = "deletions";
/// How long a deletion can be taken back, in milliseconds.
const HELD: i64 = 8_000;
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Deletion {
    drive: String,
    id: String,
    /// When it is sent; Unix milliseconds.
    due: i64,
}

pub(crate) struct Deletions {
    link: Link,
    vault: Arc<Vault>,
    drives: Arc<Drives>,
    clock: Clock,
    held: Mutex<Vec<(String, Deletion)>>,
    /// The one that is being sent: it cannot be taken back any more.
    sending: Mutex<Option<String>>,
    changed: Notify,
}

impl Deletions {
    pub fn open(
        link: Link,
        vault: Arc<Vault>,
        drives: Arc<Drives>,
        clock: Clock,
    ) -> Result<Self, VaultError> {
        let held = Mutex::new(vault.list(SPACE)?);
        let deletions =
            Self { link, vault, drives, clock, held, sending: Mutex::new(None), changed: Notify::new() };
        deletions.hide();
        Ok(deletions)
    }

    /// Hides the file and writes its deletion down. The answer takes it back.
    pub fn add(&self, drive: &str, id: &str) -> Result<String, ApiError> {
        let token = new_id()?;
        let deletion = Deletion { drive: drive.to_owned(), id: id.to_owned(), due: self.clock.now() + HELD };
        self.vault.put(SPACE, &token, &deletion)?;
        self.lock().push((token.clone(), deletion));
        self.hide();
        self.changed.notify_one();
        Ok(token)
    }

    /// Shows the file again; `not-found` once the deletion was sent.
    pub fn undo(&self, token: &str) -> Result<(), ApiError> {
        let mut held = self.lock();
        let sending = self.sending().as_deref() == Some(token);
        let at = held.iter().position(|(known, _)| known == token && !sending);
        let at = at.ok_or_else(|| ErrorCode::NotFound.with("it is deleted already"))?;
        self.vault.delete(SPACE, token)?;
        held.remove(at);
        drop(held);
        self.hide();
        Ok(())
    }

    /// Sends what is due, for ever.
    pub async fn run(&self) {
        loop {
            let next = self.lock().iter().map(|(token, one)| (one.due, token.clone())).min();
            let Some((due, token)) = next else {
                self.changed.notified().await;
                continue;
            };
            let wait = u64::try_from(due - self.clock.now()).unwrap_or(0);
            if wait > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(wait)) => {}
                    () = self.changed.notified() => {}
                }
                continue;
            }
            self.link.online().await;
            self.send(&token).await;
        }
    }

    async fn send(&self, token: &str) {
        // From here on it cannot be taken back, but it stays written down until the server has done it.
        let deletion = {
            let held = self.lock();
            let Some((_, deletion)) = held.iter().find(|(known, _)| known == token) else { return };
            *self.sending() = Some(token.to_owned());
            deletion.clone()
        };
        let sent = self.link.call(self.link.backend.delete_file(&deletion.drive, &deletion.id)).await;
        let gone = match sent {
            Ok(()) => true,
            Err(error) => match error.code {
                ErrorCode::NotFound => true,
                ErrorCode::Forbidden | ErrorCode::Invalid => false,
                _ => {
                    *self.sending() = None;
                    tokio::time::sleep(AFTER_FAILURE).await;
                    return;
                }
            },
        };
        let kept = if gone { self.drives.removed(&deletion.drive, &deletion.id) } else { Ok(()) };
        if let Err(error) = kept.and_then(|()| self.vault.delete(SPACE, token)) {
            tracing::warn!(%error, "a deletion that was sent stays written down");
        }
        self.lock().retain(|(known, _)| known != token);
        *self.sending() = None;
        self.hide();
    }

    fn hide(&self) {
        let hidden: HashSet<(String, String)> =
            self.lock().iter().map(|(_, one)| (one.drive.clone(), one.id.clone())).collect();
        self.drives.hide(hidden);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, Deletion)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sending(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
