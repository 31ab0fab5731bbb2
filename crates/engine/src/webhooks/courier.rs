//! Brings what waits to the webhooks: each has a task of its own while something is due, so that none waits for another.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::task::JoinSet;

use super::{
    queue::{self, Delivery, Outcome, Target},
    send::{Project, send},
};
use crate::core::app::App;

/// Deliveries of one webhook that are on their way at once.
const LINES: i64 = 8;
/// A look at the clock at least so often while something waits: it may be set, and a machine may have slept.
const LOOK: Duration = Duration::from_millis(500);
/// Where nothing waits.
const NOTHING: Duration = Duration::from_secs(3600);
/// After the store failed.
const AGAIN: Duration = Duration::from_secs(1);
/// How long answers may still come when the engine stops. What is not answered by then is sent again after the start.
const FAREWELL: Duration = Duration::from_secs(1);

/// Sees to it that every webhook with something due is served.
pub fn work(app: Arc<App>) -> Pin<Box<dyn Future<Output = Duration> + Send>> {
    Box::pin(async move {
        let waiting = match app.store.read(queue::waiting).await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::error!(%error, "webhooks wait: the store cannot be read");
                return AGAIN;
            }
        };
        let now = app.now();
        let mut rest = NOTHING;
        for known in waiting {
            if known.due > now {
                let left = Duration::from_millis(u64::try_from(known.due - now).unwrap_or_default());
                rest = rest.min(left).min(LOOK);
            } else if app.webhooks.enter(known.webhook) {
                app.tasks.spawn(serve(Arc::downgrade(&app), known.webhook));
            }
        }
        rest
    })
}

/// Whether the webhook may have more that is due.
type More = bool;

async fn serve(engine: Weak<App>, webhook: i64) {
    while round(&engine, webhook).await {}
    if let Some(app) = engine.upgrade() {
        app.webhooks.leave(webhook);
    }
}

/// Sends what is due at once and notes what came of it. The engine is held only before and after: who waits for an
/// answer does not keep it.
async fn round(engine: &Weak<App>, webhook: i64) -> More {
    let Some(app) = engine.upgrade() else { return false };
    if *app.stopping.borrow() {
        return false;
    }
    let now = app.now();
    let (target, deliveries) = match app.store.read(move |c| queue::take(c, webhook, now, LINES)).await {
        Ok(Some(taken)) => taken,
        Ok(None) => return false,
        Err(error) => return failed(&error).await,
    };
    let attempts = target.attempts;
    let sending = begin(&app, target, deliveries);
    let stopping = app.stopping.subscribe();
    drop(app);
    let outcomes = answers(sending, stopping).await;
    let Some(app) = engine.upgrade() else { return false };
    if outcomes.is_empty() {
        return false;
    }
    let now = app.now();
    let (settling, webhooks) = (app.store.clone(), app.webhooks.clone());
    let settled = settling.write_then(
        move |tx| {
            let paused = queue::settle(tx, webhook, attempts, &outcomes, now)?;
            Ok(if paused { Some(queue::wanted(tx)?) } else { None })
        },
        move |wanted| {
            if let Some(wanted) = wanted {
                tracing::warn!("a webhook is paused after too many failures");
                webhooks.follow(wanted);
            }
        },
    );
    match settled.await {
        Ok(()) => true,
        Err(error) => failed(&error).await,
    }
}

async fn failed(error: &crate::StoreError) -> More {
    tracing::error!(%error, "a webhook waits: the store failed");
    tokio::time::sleep(AGAIN).await;
    false
}

fn begin(app: &App, target: Target, deliveries: Vec<Delivery>) -> JoinSet<Outcome> {
    let target = Arc::new(target);
    let mut sending = JoinSet::new();
    for delivery in deliveries {
        let (outbound, target) = (app.outbound.clone(), target.clone());
        let (project, secret) = (app.config.project.clone(), app.config.jwt_secret.clone());
        sending.spawn(async move {
            let project = Project { id: &project, secret: &secret };
            let failure = send(&outbound, &project, &target, &delivery).await.err();
            Outcome { delivery: delivery.number, tries: delivery.tries, failure }
        });
    }
    sending
}

/// What came of each, as far as it is known before the engine stops.
async fn answers(
    mut sending: JoinSet<Outcome>,
    mut stopping: tokio::sync::watch::Receiver<bool>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let farewell = async {
        // An engine that is gone stops too.
        let _ = stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::pin!(farewell);
    loop {
        tokio::select! {
            sent = sending.join_next() => match sent {
                Some(Ok(outcome)) => outcomes.push(outcome),
                // What ended early stays in the queue.
                Some(Err(_)) => {}
                None => return outcomes,
            },
            () = &mut farewell => return outcomes,
        }
    }
}
