//! Work beside the requests: what is sent, tried again or thrown away at its time.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    task::{JoinError, JoinSet},
};

use super::app::App;

/// How often whoever sends looks whether something is due that waits for its time.
pub const TICK: Duration = Duration::from_millis(500);
/// The rest where nothing waits; whoever adds something wakes them.
pub const REST: Duration = Duration::from_secs(3600);
/// The rest after the store failed.
pub const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Does what is due and answers how long it may rest at most. What fails is kept for the next time and not lost.
pub type Work = fn(Arc<App>) -> Pin<Box<dyn Future<Output = Duration> + Send>>;

/// Begins `work` now and whenever `wake` is told or its rest is over, until the engine stops or is gone. It holds the
/// engine only while it works.
pub fn begin(app: &Arc<App>, wake: Arc<Notify>, work: Work) {
    let engine: Weak<App> = Arc::downgrade(app);
    let mut stopping = app.stopping.subscribe();
    app.tasks.spawn(async move {
        loop {
            let Some(app) = engine.upgrade() else { return };
            let rest = work(app).await;
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(rest) => {}
                // An engine that is gone stops too.
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    });
}

/// The next of what is on its way that is back; nothing where somebody woke us or the rest is over before. An engine that
/// stops waits for what is on its way and for nothing else.
pub async fn back_or_woken<T: 'static>(
    on_way: &mut JoinSet<T>,
    wake: &Notify,
    rest: Duration,
    stopping: &mut watch::Receiver<bool>,
) -> Option<Result<T, JoinError>> {
    let stopped = *stopping.borrow();
    tokio::select! {
        back = on_way.join_next() => back,
        () = wake.notified(), if !stopped => None,
        () = tokio::time::sleep(rest), if !stopped => None,
        _ = stopping.wait_for(|stopping| *stopping), if !stopped => None,
    }
}
