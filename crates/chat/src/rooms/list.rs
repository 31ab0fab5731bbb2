//! The room list, kept up to date as a whole.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use futures_util::{StreamExt, pin_mut};
use matrix_sdk::{Client, ruma::OwnedRoomId, send_queue::RoomSendQueueUpdate};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::sleep,
};

use super::summary::{Row, row};
use crate::{
    queue::refused_uploads,
    view::{ChatConnection, RoomSummary},
};

/// Changes that come close together become one new list.
const GATHER: Duration = Duration::from_millis(30);
/// Call members expire without an event.
const REFRESH_CALLS: Duration = Duration::from_secs(30);

/// Runs until the client is gone. `touched` names rooms whose row changed in a way that the SDK does not tell.
pub async fn follow(
    client: Client,
    rooms: watch::Sender<Vec<RoomSummary>>,
    mut connection: watch::Receiver<ChatConnection>,
    mut touched: mpsc::UnboundedReceiver<OwnedRoomId>,
) {
    let mut notable = client.room_info_notable_update_receiver();
    let mut written = client.send_queue().subscribe();
    let (known, added) = client.rooms_stream();
    pin_mut!(added);
    let mut rows: HashMap<OwnedRoomId, Row> = HashMap::new();
    let mut changed: BTreeSet<OwnedRoomId> = known.iter().map(|room| room.room_id().to_owned()).collect();
    loop {
        let now = *connection.borrow();
        refresh(&client, &mut rows, std::mem::take(&mut changed), now).await;
        publish(&rows, &rooms);
        sleep(GATHER).await;
        let mut everything = false;
        tokio::select! {
            update = notable.recv() => match update {
                Ok(update) => { changed.insert(update.room_id); }
                Err(broadcast::error::RecvError::Lagged(_)) => everything = true,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            update = written.recv() => match update {
                // How far an upload is is no matter of this list.
                Ok(update) if matches!(update.update, RoomSendQueueUpdate::MediaUpload { .. }) => {}
                Ok(update) => { changed.insert(update.room_id); }
                Err(broadcast::error::RecvError::Lagged(_)) => everything = true,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            diffs = added.next() => if diffs.is_some() { everything = true } else { return },
            room = touched.recv() => match room {
                Some(room) => { changed.insert(room); }
                None => return,
            },
            change = connection.changed() => {
                if change.is_err() {
                    return;
                }
                changed.extend(waiting(&rows));
            }
            () = sleep(REFRESH_CALLS) => {
                changed.extend(rows.iter().filter(|(_, row)| !row.summary.in_call.is_empty()).map(|(id, _)| id.clone()));
            }
        }
        loop {
            match notable.try_recv() {
                Ok(update) => {
                    changed.insert(update.room_id);
                }
                Err(broadcast::error::TryRecvError::Lagged(_)) => everything = true,
                Err(_) => break,
            }
        }
        while let Ok(room) = touched.try_recv() {
            changed.insert(room);
        }
        if everything {
            changed.extend(client.rooms().iter().map(|room| room.room_id().to_owned()));
        }
    }
}

/// Rooms whose last message's state depends on the connection.
fn waiting(rows: &HashMap<OwnedRoomId, Row>) -> Vec<OwnedRoomId> {
    use crate::view::SendState::{Queued, Sending};
    let waits =
        |row: &Row| row.summary.last_message.as_ref().is_some_and(|m| matches!(m.state, Queued | Sending));
    rows.iter().filter(|(_, row)| waits(row)).map(|(id, _)| id.clone()).collect()
}

async fn refresh(
    client: &Client,
    rows: &mut HashMap<OwnedRoomId, Row>,
    changed: BTreeSet<OwnedRoomId>,
    connection: ChatConnection,
) {
    // Read once for all: mostly there is nothing.
    let mut echoes = match client.send_queue().local_echoes().await {
        Ok(echoes) => echoes,
        Err(error) => {
            tracing::warn!(%error, "what waits to be sent cannot be read");
            BTreeMap::new()
        }
    };
    for id in changed {
        let Some(room) = client.get_room(&id) else {
            rows.remove(&id);
            continue;
        };
        let echoes = echoes.remove(&id).unwrap_or_default();
        let refused = if echoes.is_empty() { HashSet::new() } else { refused_uploads(client, &id).await };
        match row(&room, &echoes, &refused, connection).await {
            Some(row) => {
                let new = rows.insert(id.clone(), row).is_none();
                // From here on the SDK works out the room's last message and tells when it changes.
                if new
                    && client.event_cache().has_subscribed()
                    && let Err(error) = client.latest_events().await.listen_to_room(&id).await
                {
                    tracing::warn!(%error, "a room's last message cannot be followed");
                }
            }
            None => {
                rows.remove(&id);
            }
        }
    }
}

fn publish(rows: &HashMap<OwnedRoomId, Row>, rooms: &watch::Sender<Vec<RoomSummary>>) {
    let mut sorted: Vec<&Row> = rows.values().collect();
    sorted.sort_by(|a, b| {
        b.active
            .cmp(&a.active)
            .then_with(|| a.summary.name.cmp(&b.summary.name))
            .then_with(|| a.summary.id.cmp(&b.summary.id))
    });
    let list: Vec<RoomSummary> = sorted.into_iter().map(|row| row.summary.clone()).collect();
    rooms.send_if_modified(|current| {
        let changed = *current != list;
        if changed {
            *current = list;
        }
        changed
    });
}
