//! `/webhooks`: what happens is told to other servers, signed, and again until they took it.
//!
//! A delivery is written in the transaction of the change that it tells of: what was committed is told also after a
//! crash, and what was rolled back never. It may arrive twice, where the server ended between the answer and its note.

mod courier;
mod manage;
mod queue;
mod send;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use axum::http::Method;
use rusqlite::Connection;
use tokio::sync::Notify;

pub use courier::work;
pub use queue::Queued;

use crate::core::{
    events::Event,
    routes::{Route, key},
    store::StoreError,
};
use queue::Wanted;

pub fn routes() -> Vec<Route> {
    let (read, write) = ("webhooks.read", "webhooks.write");
    let (all, one) = ("/webhooks", "/webhooks/{webhookId}");
    vec![
        key(read, Method::GET, all, |call| Box::pin(manage::list(call))),
        key(write, Method::POST, all, |call| Box::pin(manage::create(call))),
        key(read, Method::GET, one, |call| Box::pin(manage::get(call))),
        key(write, Method::PUT, one, |call| Box::pin(manage::update(call))),
        key(write, Method::DELETE, one, |call| Box::pin(manage::delete(call))),
        key(write, Method::PATCH, "/webhooks/{webhookId}/secret", |call| {
            Box::pin(manage::update_secret(call))
        }),
    ]
}

/// What of the webhooks lies in memory: who wants which events, and who is being told just now.
#[derive(Debug)]
pub struct Webhooks {
    wanted: RwLock<Arc<Vec<Wanted>>>,
    busy: Mutex<HashSet<i64>>,
    /// Told when something may be due.
    pub wake: Arc<Notify>,
}

impl Webhooks {
    pub fn open(c: &Connection) -> Result<Self, StoreError> {
        let wanted = RwLock::new(Arc::new(queue::wanted(c)?));
        Ok(Self { wanted, busy: Mutex::default(), wake: Arc::default() })
    }

    fn wanted(&self) -> Arc<Vec<Wanted>> {
        self.wanted.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether something may be wanted in the transaction that `queued` this much.
    pub fn takes_more(&self, queued: &Queued) -> bool {
        self.wanted().iter().any(|webhook| !queued.full.contains(&webhook.number))
    }

    /// Writes what is to be told of `events`, after what the same transaction has `queued` already.
    pub fn queue(
        &self,
        tx: &Connection,
        events: &[Event],
        actor: &str,
        now: i64,
        queued: &mut Queued,
    ) -> Result<(), StoreError> {
        let wanted = self.wanted();
        // Nearly always.
        if wanted.is_empty() || events.is_empty() {
            return Ok(());
        }
        queue::put(tx, &wanted, events, (actor, now), queued)
    }

    /// After the commit.
    pub fn after(&self, queued: &Queued) {
        if !queued.full.is_empty() {
            let mut wanted = self.wanted.write().unwrap_or_else(PoisonError::into_inner);
            let rest = wanted.iter().filter(|known| !queued.full.contains(&known.number)).cloned();
            *wanted = Arc::new(rest.collect());
        }
        if queued.some {
            self.wake.notify_one();
        }
    }

    /// Takes the place of what was known, right after the commit that it comes from.
    fn follow(&self, wanted: Vec<Wanted>) {
        *self.wanted.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(wanted);
        self.wake.notify_one();
    }

    /// Whether this webhook was idle; then it is not any more.
    fn enter(&self, webhook: i64) -> bool {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(webhook)
    }

    fn leave(&self, webhook: i64) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&webhook);
        self.wake.notify_one();
    }
}
