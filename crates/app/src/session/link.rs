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
use crate::{ApiError, Clock};

/// Between two looks while everything stands.
const PACE: Duration = Duration::from_secs(15);
/// Between two questions whether the session still stands.
const SESSION_PACE: Duration = Duration::from_secs(60);
/// Between two looks at what the backend tells of by itself. Only what it cannot tell is found by looking: a bucket that
/// was made or taken away, and what somebody may not read any more, of which they hear nothing.
const SAFETY_NET: Duration = Duration::from_secs(15 * 60);
/// The same where no socket gets through, so that looking is all there is.
const UNTOLD: Duration = Duration::from_secs(60);
/// How long a look waits for the listening to begin, so that one look is enough.
const LISTENING_SOON: Duration = Duration::from_secs(2);
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
    /// When the next one is, in Unix milliseconds; none while one is under way.
    pub next_try: Option<i64>,
}

#[derive(Clone)]
pub(crate) struct Link {
    pub backend: Backend,
    clock: Clock,
    inner: Arc<Inner>,
}

struct Inner {
    reach: watch::Sender<Reach>,
    revoked: watch::Sender<bool>,
    /// Whether the server asks this session for a further factor.
    half: watch::Sender<bool>,
    /// Whether the backend tells what happens: a number that is new whenever something may have been missed.
    told: watch::Sender<Option<u32>>,
    /// Somebody has a reason to look again now.
    look: Notify,
    /// The backend did not know this session in some call.
    doubted: AtomicBool,
}

impl Link {
    pub fn new(backend: Backend, clock: Clock) -> Self {
        let inner = Inner {
            reach: watch::Sender::new(Reach::default()),
            revoked: watch::Sender::new(false),
            half: watch::Sender::new(false),
            told: watch::Sender::new(None),
            look: Notify::new(),
            doubted: AtomicBool::new(false),
        };
        Self { backend, clock, inner: Arc::new(inner) }
    }

    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.inner.reach.subscribe()
    }

    /// True once the server said that this session is over.
    pub fn revoked(&self) -> watch::Receiver<bool> {
        self.inner.revoked.subscribe()
    }

    /// True while the server asks this session for a further factor, and lets it do nothing else.
    pub fn half(&self) -> watch::Receiver<bool> {
        self.inner.half.subscribe()
    }

    pub fn is_online(&self) -> bool {
        self.inner.reach.borrow().backend == Some(true)
    }

    /// Waits until the backend answers.
    pub async fn online(&self) {
        // The sender lives as long as this link.
        let _ = self.reach().wait_for(|reach| reach.backend == Some(true)).await;
    }

    /// The backend tells what happens from now on.
    pub fn listening(&self, number: u32) {
        self.inner.told.send_replace(Some(number));
    }

    /// It tells nothing any more.
    pub fn deaf(&self) {
        self.inner.told.send_replace(None);
    }

    /// Calls `refresh` for ever while the backend answers: once whenever the backend begins to tell what happens, when
    /// something is `stale`, and now and then for what is not told.
    pub async fn keep_new<F>(&self, stale: &Notify, mut refresh: impl FnMut() -> F)
    where
        F: Future<Output = Result<(), ApiError>>,
    {
        let mut told = self.inner.told.subscribe();
        loop {
            self.online().await;
            tokio::select! {
                _ = told.wait_for(Option::is_some) => {}
                () = stale.notified() => {}
                () = tokio::time::sleep(LISTENING_SOON) => {}
            }
            told.mark_unchanged();
            let (done, since) = (refresh().await.is_ok(), Instant::now());
            let mut reach = self.reach();
            loop {
                let pace = match *told.borrow() {
                    _ if !done => AFTER_FAILURE,
                    Some(_) => SAFETY_NET,
                    None => UNTOLD,
                };
                tokio::select! {
                    () = tokio::time::sleep_until(since + pace) => break,
                    () = stale.notified() => break,
                    _ = reach.wait_for(|reach| reach.backend == Some(false)) => break,
                    _ = told.changed() => if told.borrow_and_update().is_some() { break },
                }
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
            self.inner.reach.send_if_modified(|known| known.next_try.take().is_some());
            let health = gateway.health().await.unwrap_or(Health { backend: false, livekit: false });
            let due = asked.is_none_or(|asked| asked.elapsed() >= SESSION_PACE);
            let mut half = *self.inner.half.borrow();
            if health.backend && (self.inner.doubted.swap(false, Ordering::Relaxed) || due || half) {
                match self.backend.account().await {
                    Err(error) if error.wants_factor() => half = true,
                    Err(BackendError::Unauthorized(_)) => {
                        self.inner.revoked.send_replace(true);
                        return;
                    }
                    Ok(_) => {
                        asked = Some(Instant::now());
                        half = false;
                    }
                    Err(_) => {}
                }
            }
            self.inner.half.send_if_modified(|known| std::mem::replace(known, half) != half);
            attempt = if health.backend && health.livekit { 0 } else { attempt + 1 };
            let pause = if attempt == 0 { PACE } else { pause(attempt) };
            let then = self.clock.now().saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
            let reach = Reach {
                // What waits for a connection waits for the factor as well.
                backend: Some(health.backend && !half),
                livekit: Some(health.livekit),
                attempt,
                next_try: (attempt > 0).then_some(then),
            };
            self.inner.reach.send_if_modified(|known| std::mem::replace(known, reach) != reach);
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
