//! Who is there. Sliding sync carries no presence: ours is told every while, others' is asked and kept for a short
//! time.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use matrix_sdk::{
    Client,
    config::RequestConfig,
    ruma::{
        OwnedUserId, UserId,
        api::client::presence::{get_presence, set_presence},
        presence::PresenceState,
    },
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{Presence, view::ChatConnection};

const FRESH: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(5);
/// Synapse takes somebody for gone 30 s after their last sign.
const HEARTBEAT: Duration = Duration::from_secs(25);
const AT_ONCE: usize = 8;

/// What was heard last of each person.
#[derive(Debug, Default)]
pub struct Heard(Mutex<HashMap<String, (Presence, Instant)>>);

impl Heard {
    fn fresh(&self, user: &str) -> Option<Presence> {
        let heard = self.0.lock().ok()?;
        heard.get(user).filter(|(_, at)| at.elapsed() < FRESH).map(|(presence, _)| *presence)
    }

    fn keep(&self, user: &str, presence: Presence) {
        if let Ok(mut heard) = self.0.lock() {
            heard.insert(user.to_owned(), (presence, Instant::now()));
        }
    }
}

pub async fn of(client: &Client, heard: &Heard, users: &[String]) -> HashMap<String, Presence> {
    let asked = users.iter().map(|user| async move {
        if let Some(presence) = heard.fresh(user) {
            return (user.clone(), presence);
        }
        let presence = ask(client, user).await;
        heard.keep(user, presence);
        (user.clone(), presence)
    });
    stream::iter(asked).buffer_unordered(AT_ONCE).collect().await
}

async fn ask(client: &Client, user: &str) -> Presence {
    let Ok(user) = UserId::parse(user) else { return Presence::Unknown };
    let request = client
        .send(get_presence::v3::Request::new(user))
        .with_request_config(RequestConfig::new().timeout(PATIENCE).disable_retry());
    match timeout(PATIENCE, request).await {
        Ok(Ok(answer)) => match answer.presence {
            PresenceState::Online => Presence::Online,
            PresenceState::Unavailable => Presence::Away,
            PresenceState::Offline => Presence::Offline,
            _ => Presence::Unknown,
        },
        Ok(Err(_)) | Err(_) => Presence::Unknown,
    }
}

/// Tells that we are here for as long as the connection stands.
pub async fn heartbeat(client: Client, mut connection: watch::Receiver<ChatConnection>) {
    let Some(me) = client.user_id().map(ToOwned::to_owned) else { return };
    loop {
        if connection.wait_for(|state| *state == ChatConnection::Online).await.is_err() {
            return;
        }
        tell(&client, me.clone(), PresenceState::Online).await;
        sleep(HEARTBEAT).await;
    }
}

pub async fn tell(client: &Client, me: OwnedUserId, presence: PresenceState) {
    let request = client
        .send(set_presence::v3::Request::new(me, presence))
        .with_request_config(RequestConfig::new().timeout(PATIENCE).disable_retry());
    if let Ok(Err(error)) = timeout(PATIENCE, request).await {
        tracing::debug!(%error, "presence was not told");
    }
}
