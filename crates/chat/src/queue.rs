//! Messages that wait to be sent. The SDK keeps them in its store, in order; this counts them and keeps the queues
//! going.

use std::{collections::HashSet, time::Duration};

use matrix_sdk::{
    Client,
    ruma::{OwnedRoomId, OwnedTransactionId, RoomId},
    send_queue::{LocalEchoContent, RoomSendQueueUpdate},
    store::QueuedRequestKind,
};
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, sleep_until},
};

use crate::view::ChatConnection;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A room's queue switches itself off after any error. After one that lies in the message the next message may go at
/// once; after one that lies in the connection the queue goes on when the connection is back, or after a while.
pub async fn keep_going(client: Client, mut connection: watch::Receiver<ChatConnection>) {
    let queue = client.send_queue();
    try_uploads_again(&client).await;
    let mut errors = queue.subscribe_errors();
    let mut resting: HashSet<OwnedRoomId> = HashSet::new();
    let mut wait = FIRST_WAIT;
    let mut again = Instant::now();
    loop {
        let online = *connection.borrow() == ChatConnection::Online;
        tokio::select! {
            error = errors.recv() => match error {
                Ok(error) if error.is_recoverable => {
                    tracing::debug!(error = %error.error, "a message waits");
                    if resting.insert(error.room_id) {
                        again = Instant::now() + wait;
                        wait = (wait * 2).min(LONGEST_WAIT);
                    }
                }
                Ok(error) => {
                    tracing::warn!(error = %error.error, "a message cannot be sent");
                    resume(&client, &error.room_id);
                }
                // Which rooms were missed is unknown: all go on.
                Err(broadcast::error::RecvError::Lagged(_)) => queue.set_enabled(true).await,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            change = connection.changed() => {
                if change.is_err() {
                    return;
                }
                if *connection.borrow_and_update() == ChatConnection::Online {
                    resting.clear();
                    wait = FIRST_WAIT;
                    queue.set_enabled(true).await;
                }
            }
            () = sleep_until(again), if online && !resting.is_empty() => {
                for room in resting.drain() {
                    resume(&client, &room);
                }
            }
        }
    }
}

/// The SDK forgets over a restart that an upload was refused: it shows it as on its way and never tries it. Tried
/// once more, it is refused again, or not.
async fn try_uploads_again(client: &Client) {
    for (room, echoes) in client.send_queue().local_echoes().await.unwrap_or_default() {
        let refused = refused_uploads(client, &room).await;
        for echo in echoes.into_iter().filter(|echo| refused.contains(&echo.transaction_id)) {
            let LocalEchoContent::Event { send_handle, .. } = echo.content else { continue };
            if let Err(error) = send_handle.unwedge().await {
                tracing::warn!(%error, "a refused upload is not tried again");
            }
        }
    }
}

/// The messages whose file the server did not take. Their echoes carry no error.
pub async fn refused_uploads(client: &Client, room: &RoomId) -> HashSet<OwnedTransactionId> {
    let requests = client.state_store().load_send_queue_requests(room).await.unwrap_or_default();
    let refused = requests.into_iter().filter(|request| request.error.is_some());
    refused
        .filter_map(|request| match request.kind {
            QueuedRequestKind::MediaUpload { related_to, .. } => Some(related_to),
            _ => None,
        })
        .collect()
}

pub fn resume(client: &Client, room: &RoomId) {
    if let Some(room) = client.get_room(room) {
        room.send_queue().set_enabled(true);
    }
}

/// Keeps `queued` the number of messages that are written down and will be sent without anybody's doing.
pub async fn count(client: Client, queued: watch::Sender<u32>) {
    let queue = client.send_queue();
    let mut updates = queue.subscribe();
    loop {
        let mut waiting = 0;
        for (room, echoes) in queue.local_echoes().await.unwrap_or_default() {
            let refused = refused_uploads(&client, &room).await;
            waiting += echoes
                .iter()
                .filter(|echo| matches!(&echo.content, LocalEchoContent::Event { send_error: None, .. }))
                .filter(|echo| !refused.contains(&echo.transaction_id))
                .count();
        }
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        queued.send_if_modified(|count| std::mem::replace(count, waiting) != waiting);
        loop {
            match updates.recv().await {
                Ok(update) if matches!(update.update, RoomSendQueueUpdate::MediaUpload { .. }) => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => break,
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
        // One count for what came together.
        while updates.try_recv().is_ok() {}
    }
}
