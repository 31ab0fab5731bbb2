//! Work beside the requests: what is sent, tried again or thrown away at its time.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::sync::Notify;

use super::app::App;

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
