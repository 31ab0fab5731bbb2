//! Keeps the connection: syncs until told to stop, and says how that goes.

mod connection;

use std::{
    hash::{BuildHasher as _, Hasher as _},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures_util::StreamExt;
use matrix_sdk::{Client, SessionChange, ruma::MilliSecondsSinceUnixEpoch};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::sleep,
};

pub use self::connection::Connection;
use crate::view::ChatConnection;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

pub fn publish(connection: &watch::Sender<ChatConnection>, now: ChatConnection) {
    connection.send_if_modified(|state| {
        let changed = *state != now;
        *state = now;
        changed
    });
}

/// Runs until the token is refused or the task is aborted. `hurry` cuts a wait between two tries short; `next_try` says
/// when it would end, in Unix milliseconds.
pub async fn keep(
    client: Client,
    sync: Arc<Connection>,
    connection: watch::Sender<ChatConnection>,
    next_try: watch::Sender<Option<u64>>,
    hurry: Arc<Notify>,
) {
    let mut session = client.subscribe_to_session_changes();
    let mut wait = FIRST_WAIT;
    let mut answered = true;
    loop {
        let mut answers = pin!(sync.answers());
        let forgotten = loop {
            tokio::select! {
                answer = answers.next() => match answer {
                    Some(Ok(())) => {
                        answered = true;
                        wait = FIRST_WAIT;
                        publish(&connection, ChatConnection::Online);
                    }
                    Some(Err(error)) => {
                        tracing::info!(%error, "sync interrupted");
                        break connection::is_forgotten(&error);
                    }
                    None => break false,
                },
                change = session.recv() => match change {
                    Ok(SessionChange::UnknownToken(_)) => {
                        publish(&connection, ChatConnection::SignedOut);
                        return;
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                    _ => {}
                },
            }
        };
        // Nothing is wrong with the network then; but one that forgets again and again gets the pauses of any other.
        if forgotten && std::mem::take(&mut answered) {
            continue;
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
