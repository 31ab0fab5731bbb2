//! What takes time: each with its limit and its tries, the ends told as inputs.

use std::time::Duration;

use telestack_chat::ChatError;
use telestack_media::{MediaError, control::ToHost};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    sides::{ChatSide, MediaSide},
    translate,
};
use crate::input::{Input, Media};

/// Of one try of anything that goes over the network.
const LIMIT: Duration = Duration::from_secs(20);
/// A token that takes longer is no use to somebody who waits.
const TOKEN_LIMIT: Duration = Duration::from_secs(10);
/// Starting the media host is part of a request to it.
const MEDIA_LIMIT: Duration = Duration::from_secs(15);
const WITHDRAWALS: usize = 3;
/// Waits before the tries of an errand that must be soon or not at all.
const SOON: [u64; 3] = [0, 500, 2_000];
/// Waits before the tries of sending a key: somebody cannot see us until it is there.
const KEY_TRIES: [u64; 6] = [0, 500, 1_000, 2_000, 5_000, 10_000];
/// Waits between the tries to be in the room's call, the last for ever.
const ANNOUNCE_WAITS: [u64; 4] = [500, 1_000, 2_000, 5_000];

/// Our place in calls, one change after another.
#[derive(Debug)]
pub enum Place {
    Enter(String),
    Leave(String),
    /// Answered when everything before is done.
    Settle(oneshot::Sender<()>),
}

/// Works until the last sender is gone and all is done.
pub async fn keep_place(
    chat: impl ChatSide,
    mut places: mpsc::UnboundedReceiver<Place>,
    tell: mpsc::UnboundedSender<Input>,
) {
    let mut next = None;
    loop {
        let place = match next.take() {
            Some(place) => place,
            None => match places.recv().await {
                Some(place) => place,
                None => return,
            },
        };
        match place {
            Place::Enter(room) => next = enter(&chat, &room, &mut places, &tell).await,
            Place::Leave(room) => leave(&chat, &room).await,
            // Whoever asked may have stopped waiting.
            Place::Settle(settled) => drop(settled.send(())),
        }
    }
}

/// Tries until it works, is refused for good, or something else is wanted, which is returned.
async fn enter(
    chat: &impl ChatSide,
    room: &str,
    places: &mut mpsc::UnboundedReceiver<Place>,
    tell: &mpsc::UnboundedSender<Input>,
) -> Option<Place> {
    // First who is there: only who finds nobody rings.
    look_at_members(chat, room, tell).await;
    let mut tries = 0;
    loop {
        let answer = match timeout(LIMIT, chat.announce(room)).await {
            Ok(Ok(event_id)) => Input::Announced { room_id: room.to_owned(), event_id },
            Ok(Err(error)) if !translate::may_pass(&error) => {
                tracing::warn!(%error, "not announced");
                Input::AnnounceFailed { room_id: room.to_owned(), code: translate::code(&error).to_owned() }
            }
            failed => {
                tracing::info!(failed = ?failed.map(Result::err), "not announced yet");
                let wait = ANNOUNCE_WAITS[tries.min(ANNOUNCE_WAITS.len() - 1)];
                tries += 1;
                tokio::select! {
                    () = sleep(Duration::from_millis(wait)) => continue,
                    place = places.recv() => return place,
                }
            }
        };
        // Nobody hears it only when calls have ended.
        let _ = tell.send(answer);
        return None;
    }
}

async fn leave(chat: &impl ChatSide, room: &str) {
    for _ in 0..WITHDRAWALS {
        match timeout(LIMIT, chat.withdraw(room)).await {
            Ok(Ok(())) => return,
            // The server withdraws us by itself when it hears nothing for some seconds.
            failed => tracing::info!(failed = ?failed.map(Result::err), "not withdrawn yet"),
        }
    }
}

/// Tells who is in the room's call, as far as it is known here.
pub async fn look_at_members(chat: &impl ChatSide, room: &str, tell: &mpsc::UnboundedSender<Input>) {
    if let Ok(Ok(members)) = timeout(LIMIT, chat.members(room)).await {
        let _ = tell.send(translate::members(room.to_owned(), members));
    }
}

/// What media is asked, in order.
pub async fn ask_media(
    media: impl MediaSide,
    mut requests: mpsc::UnboundedReceiver<ToHost>,
    tell: mpsc::UnboundedSender<Input>,
) {
    while let Some(request) = requests.recv().await {
        let joins = matches!(request, ToHost::Connect { .. });
        let fault = match timeout(MEDIA_LIMIT, media.send(request)).await {
            Ok(Ok(())) => continue,
            Ok(Err(MediaError::Missing)) => Media::Unusable { code: MediaError::Missing.code().to_owned() },
            Ok(Err(error)) => {
                tracing::warn!(%error, "media");
                Media::Died
            }
            Err(_) => Media::Died,
        };
        // Anything else that a dead host did not hear is said again with the next `Connect`.
        if joins {
            let _ = tell.send(Input::Media(fault));
        }
    }
}

/// The way into the room's SFU.
pub async fn fetch_token(chat: impl ChatSide, room_id: String, tell: mpsc::UnboundedSender<Input>) {
    let mut last = ChatError::Offline;
    for wait in SOON {
        sleep(Duration::from_millis(wait)).await;
        match timeout(TOKEN_LIMIT, chat.token(&room_id)).await {
            Ok(Ok(token)) => {
                let _ = tell.send(Input::Token { room_id, url: token.url, jwt: token.jwt });
                return;
            }
            Ok(Err(error)) if translate::may_pass(&error) => last = error,
            Ok(Err(error)) => {
                last = error;
                break;
            }
            Err(_) => {
                last = ChatError::Offline;
                break;
            }
        }
    }
    tracing::warn!(error = %last, "no way into the call");
    let _ = tell.send(Input::TokenFailed { room_id, code: translate::code(&last).to_owned() });
}

pub async fn ring(chat: impl ChatSide, room: String, member_event: String, direct: bool, video: bool) {
    soon("ring", || chat.ring(&room, &member_event, direct, video)).await;
}

pub async fn decline(chat: impl ChatSide, room: String, ring: String) {
    soon("decline", || chat.decline(&room, &ring)).await;
}

pub async fn send_key(chat: impl ChatSide, room: String, to: Vec<(String, String)>, index: u8, key: Vec<u8>) {
    for wait in KEY_TRIES {
        sleep(Duration::from_millis(wait)).await;
        match timeout(LIMIT, chat.send_key(&room, &to, index, &key)).await {
            Ok(Ok(())) => return,
            failed => tracing::info!(index, failed = ?failed.map(Result::err), "a key is not there yet"),
        }
    }
    tracing::warn!(index, devices = to.len(), "somebody did not get the call's key");
}

async fn soon<F: Future<Output = Result<(), ChatError>>>(what: &str, mut errand: impl FnMut() -> F) {
    for wait in SOON {
        sleep(Duration::from_millis(wait)).await;
        match timeout(LIMIT, errand()).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) if !translate::may_pass(&error) => {
                tracing::warn!(%error, what, "refused");
                return;
            }
            failed => tracing::info!(what, failed = ?failed.map(Result::err), "not sent yet"),
        }
    }
}
