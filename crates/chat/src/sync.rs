//! Keeps the connection: syncs until told to stop, and says how that goes.

use std::{
    hash::{BuildHasher as _, Hasher as _},
    sync::Arc,
    time::Duration,
};

use matrix_sdk::{Client, SessionChange, ruma::MilliSecondsSinceUnixEpoch};
use matrix_sdk_ui::{
    room_list_service,
    sync_service::{self, SyncService},
};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::sleep,
};

use crate::view::ChatConnection;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// How many events of a room one answer carries at most. With the SDK's default of 1 a ring that arrives together
/// with a message would be left out of a room that is not open.
const EVENTS_PER_ROOM: u32 = 20;

/// The SDK's sync, not yet running. No network is needed.
pub async fn build(client: &Client) -> Result<SyncService, sync_service::Error> {
    SyncService::builder(client.clone()).with_room_list_timeline_limit(EVENTS_PER_ROOM).build().await
}

pub fn publish(connection: &watch::Sender<ChatConnection>, now: ChatConnection) {
    connection.send_if_modified(|state| {
        let changed = *state != now;
        *state = now;
        changed
    });
}

/// Runs until the token is refused or the task is aborted. `hurry` cuts a wait between two tries short; `next_try` says
/// when it would end, in Unix milliseconds.
///
/// The SDK's own offline mode is not used: it tries again at once, without a pause, whenever the server answers
/// `/versions` but not the sync, and it hides the error.
pub async fn keep(
    client: Client,
    sync: Arc<SyncService>,
    connection: watch::Sender<ChatConnection>,
    next_try: watch::Sender<Option<u64>>,
    hurry: Arc<Notify>,
) {
    let mut session = client.subscribe_to_session_changes();
    let mut wait = FIRST_WAIT;
    loop {
        let mut service = sync.state();
        let mut answers = sync.room_list_service().state();
        sync.start().await;
        let reached = loop {
            tokio::select! {
                state = service.next() => match state {
                    Some(sync_service::State::Error(error)) => {
                        tracing::info!(%error, "sync interrupted");
                        break true;
                    }
                    Some(sync_service::State::Terminated) => break true,
                    None => break false,
                    _ => {}
                },
                answer = answers.next() => match answer {
                    // Each of these is set after an answer of the server.
                    Some(
                        room_list_service::State::SettingUp
                        | room_list_service::State::Recovering
                        | room_list_service::State::Running,
                    ) => {
                        wait = FIRST_WAIT;
                        publish(&connection, ChatConnection::Online);
                    }
                    None => break false,
                    _ => {}
                },
                change = session.recv() => match change {
                    Ok(SessionChange::UnknownToken(_)) => {
                        publish(&connection, ChatConnection::SignedOut);
                        sync.stop().await;
                        return;
                    }
                    Err(broadcast::error::RecvError::Closed) => break false,
                    _ => {}
                },
            }
        };
        if !reached {
            return;
        }
        // A refused token ends the sync as well; which of the two is seen first is chance.
        if matches!(session.try_recv(), Ok(SessionChange::UnknownToken(_))) {
            publish(&connection, ChatConnection::SignedOut);
            return;
        }
        publish(&connection, ChatConnection::Offline);
        let pause = spread(wait);
        next_try.send_replace(Some(unix_in(pause)));
        tokio::select! {
            () = sleep(pause) => wait = (wait * 2).min(LONGEST_WAIT),
            () = hurry.notified() => wait = FIRST_WAIT,
        }
        next_try.send_replace(None);
    }
}

fn unix_in(pause: Duration) -> u64 {
    let now = u64::from(MilliSecondsSinceUnixEpoch::now().get());
    now.saturating_add(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
}

/// Up to a quarter longer, so that a whole organisation does not come back in the same moment.
fn spread(wait: Duration) -> Duration {
    let chance = std::collections::hash_map::RandomState::new().build_hasher().finish() % 256;
    wait + wait.mul_f64(chance as f64 / 1024.0)
}
