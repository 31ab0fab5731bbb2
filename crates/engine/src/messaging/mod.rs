//! `/messaging`: mail, text messages and push messages to many, through the providers of an administrator.
//!
//! A message that goes out becomes a row for each of its recipients (`queue/spread.rs`). Rows are given to providers in
//! batches, and marked before: whatever happens then, nobody is sent the same twice (`queue`).

mod channel;
mod messages;
mod providers;
mod queue;
mod senders;
mod topics;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;

use self::{queue::Trouble, senders::Sender};
use crate::core::{app::App, routes::Route, work};

/// What sending keeps in memory; all of it can be made anew.
#[derive(Default)]
pub struct Messaging {
    /// Told when there may be something to send.
    pub wake: Arc<Notify>,
    /// Of each provider, with the version of its settings.
    senders: Mutex<HashMap<String, (i64, Arc<Sender>)>>,
    /// Of the providers that take nothing at the moment.
    troubles: Mutex<HashMap<String, Trouble>>,
}

impl std::fmt::Debug for Messaging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Messaging(..)")
    }
}

pub fn routes() -> Vec<Route> {
    [providers::routes(), topics::routes(), messages::routes()].concat()
}

/// Begins to send what is due.
pub fn begin(app: &Arc<App>) {
    work::begin(app, app.messaging.wake.clone(), |app| Box::pin(queue::run(app)));
}
