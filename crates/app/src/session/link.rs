//! The way to the backend: whether it stands, and whether this session still does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use telestack_backend::{Backend, BackendError};
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use super::{Gateway, Health};
use crate::ApiError;

/// Between two looks while everything stands.
const PACE: Duration = Duration::from_secs(15);
/// Between two questions whether the session still stands.
const SESSION_PACE: Duration = Duration::from_secs(60);
/// Before something that failed is tried again while the backend answers.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(30);
/// However often somebody asks, a try is not made sooner after the last.
const SHORTEST: Duration = Duration::from_millis(500);

/// What is known of the server's engines. None: not yet asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub backend: Option<bool>,
    pub livekit: Option<bool>,
    /// Tries since something was lost.
    pub attempt: u32,
}

#[derive(Clone)]
pub(crate) struct Link {
    pub backend: Backend,
    inner: Arc<Inner>,
}

struct Inner {
    reach: watch::Sender<Reach>,
    revoked: watch::Sender<bool>,
    /// Somebody has a reason to look again now.
    look: Notify,
    /// The backend did not know this session in some call.
    doubted: AtomicBool,
}

impl Link {
    pub fn new(backend: Backend) -> Self {
        let inner = Inner {
            reach: watch::Sender::new(Reach::default()),
            revoked: watch::Sender::new(false),
            look: Notify::new(),
            doubted: AtomicBool::new(false),
        };
        Self { backend, inner: Arc::new(inner) }
    }

    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.inner.reach.subscribe()
    }

    /// True once the server said that this session is over.
    pub fn revoked(&self) -> watch::Receiver<bool> {
        self.inner.revoked.subscribe()
    }

    pub fn is_online(&self) -> bool {
        self.inner.reach.borrow().backend == Some(true)
    }

    /// Waits until the backend answers.
    pub async fn online(&self) {
        // The sender lives as long as this link.
        let _ = self.reach().wait_for(|reach| reach.backend == Some(true)).await;
    }

    /// Calls `refresh` for ever while the backend answers: every `pace`, sooner after a failure, and at once when it is
    /// `stale` or the backend comes back.
    pub async fn keep_new<F>(&self, pace: Duration, stale: &Notify, mut refresh: impl FnMut() -> F)
    where
        F: Future<Output = Result<(), ApiError>>,
    {
        loop {
            self.online().await;
            let pause = if refresh().await.is_ok() { pace } else { AFTER_FAILURE };
            let mut reach = self.reach();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stale.notified() => {}
                _ = reach.wait_for(|reach| reach.backend == Some(false)) => {}
            }
        }
    }

    /// Looks again soon.
    pub fn look(&self) {
        self.inner.look.notify_one();
    }

    /// Awaits a call and learns from how it went.
    pub async fn call<T>(&self, call: impl Future<Output = Result<T, BackendError>>) -> Result<T, ApiError> {
        let result = call.await;
        match &result {
            Err(BackendError::Offline(_) | BackendError::Server { .. }) if self.is_online() => self.look(),
            Err(BackendError::Unauthorized(_)) => {
                self.inner.doubted.store(true, Ordering::Relaxed);
                self.look();
            }
            Ok(_) if !self.is_online() => self.look(),
            _ => {}
        }
        Ok(result?)
    }

    /// Looks after the engines until the session is over.
    pub async fn watch(&self, gateway: &Gateway) {
        let mut asked: Option<Instant> = None;
        let mut attempt = 0;
        loop {
            let health = gateway.health().await.unwrap_or(Health { backend: false, livekit: false });
            let due = asked.is_none_or(|asked| asked.elapsed() >= SESSION_PACE);
            if health.backend && (self.inner.doubted.swap(false, Ordering::Relaxed) || due) {
                match self.backend.account().await {
                    Err(BackendError::Unauthorized(_)) => {
                        self.inner.revoked.send_replace(true);
                        return;
                    }
                    Ok(_) => asked = Some(Instant::now()),
                    Err(_) => {}
                }
            }
            attempt = if health.backend && health.livekit { 0 } else { attempt + 1 };
            let reach = Reach { backend: Some(health.backend), livekit: Some(health.livekit), attempt };
            self.inner.reach.send_if_modified(|known| std::mem::replace(known, reach) != reach);
            let pause = if attempt == 0 { PACE } else { pause(attempt) };
            tokio::time::sleep(SHORTEST).await;
            tokio::select! {
                () = tokio::time::sleep(pause.saturating_sub(SHORTEST)) => {}
                () = self.inner.look.notified() => {}
            }
        }
    }
}

/// Doubles with every try.
fn pause(attempt: u32) -> Duration {
    Duration::from_secs(1 << attempt.saturating_sub(1).min(5)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let seconds: Vec<u64> = (1..=7).map(|attempt| pause(attempt).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
    }
}
